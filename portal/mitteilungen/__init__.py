"""Being told, as pages: notices, what one follows, how often mails come, and to end them."""
