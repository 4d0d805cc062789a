"""What a browser may send about accounts."""
