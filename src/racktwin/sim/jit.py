"""The one place for compile options: ``@kernel`` compiles with numba, or leaves the function as it is.

With ``NUMBA_DISABLE_JIT=1`` in the environment the same functions run as plain Python with identical results.
Compiled code is cached in a folder named by a digest of all kernel sources: numba's own cache looks only at the file
of the outermost function, so a changed callee in another module would silently run old code.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs
from llvmlite.binding import Linkage
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core import config as numba_config
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

config: Any = numba_config
"""Numba's settings, which its type hints do not know."""

Function = TypeVar("Function", bound=Callable[..., Any])

_PACKAGE = Path(__file__).resolve().parent.parent
_KERNEL_FOLDERS = ("sim", "engines")

IS_COMPILED: bool = not config.DISABLE_JIT
"""Whether kernels are compiled in this process."""


def _source_digest() -> str:
    digest = hashlib.blake2b(digest_size=8)
    for folder in _KERNEL_FOLDERS:
        for source in sorted((_PACKAGE / folder).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


CACHE_FOLDER = Path(platformdirs.user_cache_dir("racktwin", appauthor=False)) / "kernels" / _source_digest()
"""Where compiled kernels are kept, unless ``NUMBA_CACHE_DIR`` says otherwise."""

if not os.environ.get("NUMBA_CACHE_DIR"):
    config.CACHE_DIR = str(CACHE_FOLDER)


class _LinkedLibrary(JITCodeLibrary):
    """Code that is only ever linked into an entry point: it gets no machine code of its own."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class _EntryLibrary(JITCodeLibrary):
    """The code of an entry point: what it links is its own, so that whatever is inlined everywhere is dropped.

    The linked kernels also get names of their own. LLVM's run-time linker knows one symbol of a name, local or not; a
    kernel whose arguments were optimised away here would otherwise stand in for its namesake in other modules.
    """

    def _optimize_final_module(self) -> None:
        for number, function in enumerate(list(self._final_module.functions)):
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
                function.name = f"{self.name}.{number}"
        super()._optimize_final_module()


class _EntryCompiler(Compiler):
    """Compiles an entry point with the kernels it calls as one closed program."""

    def _compile_core(self) -> Any:
        state = self.state
        name = f"{state.func_id.modname}.{state.func_id.func_qualname}"
        state.library = _EntryLibrary(state.targetctx.codegen(), name)
        state.library.enable_object_caching()
        return super()._compile_core()


class _InnerCompiler(Compiler):
    """Leaves optimisation and machine code to the entry point, which links all the kernels it calls.

    Numba otherwise optimises and assembles each function again in the module of every caller up the chain: for the
    line engine 20 of 27 seconds.
    """

    def _compile_core(self) -> Any:
        state = self.state
        level, config.OPT = config.OPT, type(config.OPT)(0)
        state.flags.no_compile = True
        state.library = _LinkedLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        try:
            result = super()._compile_core()
        finally:
            config.OPT = level
        fndesc = result.fndesc
        module, name = fndesc.lookup_module(), fndesc.qualname.split(".")[-1]
        stub = _dynfunc.make_function(module, name, "a kernel", 0, result.environment, (result.library,))
        state.targetctx.insert_user_function(stub, fndesc, [result.library])
        return result._replace(entry_point=stub)


_BARE: dict[str, Any] = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: Function) -> Function:
    """Compile ``function`` to be called by other kernels only: no GIL, no reference counting, no Python wrappers.

    Kernels allocate nothing, so numba's reference counting is switched off; without it and without the wrappers that
    Python would call, the line engine compiles ten times as fast and runs several times as fast.
    """
    return cast(
        Function,
        numba.njit(
            nogil=True,
            error_model="numpy",
            pipeline_class=_InnerCompiler,
            **_BARE,
        )(function),
    )


def entry_point(function: Function) -> Function:
    """Compile ``function`` to be called from Python, without the GIL, and keep the result on disk."""
    options: dict[str, Any] = {"pipeline_class": _EntryCompiler, "no_cfunc_wrapper": True}
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function))
