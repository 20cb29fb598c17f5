"""The guide: its pages and their order, as HTML, and a search over all of them. Knows no Qt: the window and the web page are
both made from it."""
