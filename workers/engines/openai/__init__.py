"""Answers of language models behind any server that speaks OpenAI's chat completions: vLLM, llama.cpp, Ollama."""
