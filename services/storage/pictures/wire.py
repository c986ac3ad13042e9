"""What is agreed between the two sides."""

# The exit status of a child that tells a reason instead of a picture.
REFUSED = 3
