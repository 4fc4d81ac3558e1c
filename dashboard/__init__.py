"""What people see: pages, the live board, webhooks."""
