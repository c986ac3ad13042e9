"""Repositories found by words among twenty thousand, through the API."""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, batched
from pathlib import Path
from typing import Any, NamedTuple

import httpx
