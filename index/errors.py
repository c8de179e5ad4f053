"""Every error a person can meet: one base class; each message says what, with which value, and what to do next."""


class HoidapError(Exception):
    """Base of all errors raised on purpose; `str(error)` is a full sentence for the person at the keyboard."""


class ReadError(HoidapError):
    """A source could not be read as a document; nothing was stored."""


class StoreError(HoidapError):
    """The index on disk is missing, damaged, locked, or was built by something else."""


class EncoderError(HoidapError):
    """The embedding model could not be loaded."""


class UsageError(HoidapError):
    """A command or setting was given a value it cannot use."""


class LlmError(HoidapError):
    """The LLM gave no usable reply; the message holds no key."""
