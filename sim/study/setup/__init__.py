"""What a study starts from: settings, inputs, the design of its runs."""
