"""The engine `diffusers`: pictures and videos by models in local folders, with torch."""
