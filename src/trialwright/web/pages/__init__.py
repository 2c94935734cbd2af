"""One folder a page: `page.py` declares ROUTES, the templates stand beside it."""
