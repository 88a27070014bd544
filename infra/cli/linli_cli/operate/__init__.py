"""What is deployed, found, called and listened to: `urls`, `logs`."""
