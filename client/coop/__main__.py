"""`python -m coop` is the command `coop`."""

from coop.commands import cli

if __name__ == "__main__":
    cli(prog_name="coop")
