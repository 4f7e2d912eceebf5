"""What a supply network should do: how much to hold and where, whom to qualify, what a loss would cost."""
