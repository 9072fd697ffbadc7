"""Pictures, videos and sound from ComfyUI servers, by workflows that an operator has made there."""
