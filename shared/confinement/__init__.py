"""What a process gives up before it touches strangers' bytes: network, files, memory, time."""
