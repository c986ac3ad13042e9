"""What every service stands on: messages, records, policy and the process they run in."""
