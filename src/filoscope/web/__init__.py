"""What the browser gets: templates, ES modules and style sheets. No code of the server."""
