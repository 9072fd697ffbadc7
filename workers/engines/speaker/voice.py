"""The process that speaks: `python -m workers.engines.speaker.voice`, text on stdin, samples on stdout.

It alone loads eSpeak NG (GPL 3), from the package espeakng-loader. The first line of its answer is JSON: the rate of
the samples, or the languages when there was no text; 16-bit mono samples follow.
"""

import argparse
import ctypes
import json
import sys

SYNCHRONOUS = 2  # of espeak_AUDIO_OUTPUT: samples go to the callback, no device is opened
UTF8, RATE, PITCH, RANGE, POSITION_CHARACTER = 1, 1, 3, 4, 1  # of speak_lib.h
NO_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Voice(ctypes.Structure):
    """espeak_VOICE of speak_lib.h."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.POINTER(ctypes.c_char)),  # a priority byte, a name, 0; again; 0
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


def opened() -> tuple[ctypes.CDLL, int]:
    """The library, and the rate of its samples."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), NO_EXIT)
    if rate <= 0:
        sys.exit(3)
    return library, rate


def languages(library: ctypes.CDLL) -> list[str]:
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(Voice))
    voices = library.espeak_ListVoices(None)
    found: list[str] = []
    for at in range(10_000):
        if not voices[at]:
            break
        found.append(ctypes.string_at(ctypes.addressof(voices[at].contents.languages.contents) + 1).decode())
    return sorted(set(found))


def chosen(library: ctypes.CDLL, voice: str) -> bool:
    """Whether there is such a voice, which speaks from now on. Some it lists it does not find by name: en-gb, fr-fr."""
    if library.espeak_SetVoiceByName(voice.encode()) == 0:
        return True
    name = ctypes.create_string_buffer(voice.encode())
    wanted = Voice(languages=ctypes.cast(name, ctypes.POINTER(ctypes.c_char)))
    return voice in languages(library) and library.espeak_SetVoiceByProperties(ctypes.byref(wanted)) == 0


def speak(library: ctypes.CDLL, text: bytes, voice: str, speed: int, pitch: int) -> bytes:
    """All samples of a text; exits with 4 where there is no such voice."""
    heard: list[bytes] = []

    def keep(samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: int) -> int:
        if samples and count > 0:
            heard.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = Callback(keep)
    library.espeak_SetSynthCallback(callback)
    if not chosen(library, voice):
        sys.exit(4)
    library.espeak_SetParameter(RATE, speed, 0)
    library.espeak_SetParameter(PITCH, pitch, 0)
    library.espeak_SetParameter(RANGE, 60, 0)
    library.espeak_Synth(text, len(text) + 1, 0, POSITION_CHARACTER, 0, UTF8, None, None)
    library.espeak_Synchronize()
    return b"".join(heard)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--voice", default="")
    parser.add_argument("--speed", type=int, default=165)
    parser.add_argument("--pitch", type=int, default=45)
    asked = parser.parse_args()
    library, rate = opened()
    if not asked.voice:
        print(json.dumps({"languages": languages(library)}))
        return
    samples = speak(library, sys.stdin.buffer.read(), asked.voice, asked.speed, asked.pitch)
    sys.stdout.buffer.write(json.dumps({"rate": rate}).encode() + b"\n" + samples)


if __name__ == "__main__":
    main()
