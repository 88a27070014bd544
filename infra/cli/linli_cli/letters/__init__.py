"""Dead letters, listed, sent again and thrown away: `dlq`."""
