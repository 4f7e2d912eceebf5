"""The one place for compile options: ``@kernel`` compiles with numba, or leaves the function as it is.

With ``NUMBA_DISABLE_JIT=1`` in the environment the same functions run as plain Python with identical results.
Compiled code is cached in ``kernels/ENGINE-DIGEST`` below ``NUMBA_CACHE_DIR`` or the user's cache folder, the digest
being that of all sources the engine may call, its own and ``sim``: numba's own cache looks only at the file of the
outermost function, so a changed callee in another module would silently run old code. Where nothing can be written,
nothing is cached.

The digest is taken as the engine's first entry point is defined: a source changed between that moment and its import is
cached under the digest of the one before.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs
from llvmlite.binding import Linkage
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core import config as numba_config
from numba.core import types
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    NullCache,
    UserProvidedCacheLocator,
)
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import FixupArgs, GenericRewrites, IRProcessing, ReconstructSSA, TranslateByteCode

config: Any = numba_config
"""Numba's settings, which its type hints do not know."""

Function = TypeVar("Function", bound=Callable[..., Any])

_PACKAGE = Path(__file__).resolve().parent.parent
_KEPT_DIGESTS = 3

IS_COMPILED: bool = not config.DISABLE_JIT
"""Whether kernels are compiled in this process."""


def _kernel_folder(module: str) -> Path:
    """Where the kernels of a module live: its engine's folder, or else the module's own."""
    names = module.split(".")[1:-1]
    return _PACKAGE.joinpath(*names[:2])


def source_digest(module: str) -> str:
    """A digest of all sources that the kernels of the module may call, its engine's and those of ``sim``."""
    return _source_digest(_kernel_folder(module))


def _source_digest(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for place in sorted({_PACKAGE / "sim", folder}):
        for source in sorted(place.rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


@lru_cache
def cache_folder(module: str) -> Path | None:
    """The folder for code of the module compiled from the present sources, created; None where it cannot be written."""
    root = os.path.expanduser(config.CACHE_DIR or platformdirs.user_cache_dir("racktwin", appauthor=False))
    if root.startswith("~"):  # a user without a home
        return None
    sources = _kernel_folder(module)
    folder = Path(root).absolute() / "kernels" / f"{sources.name}-{_source_digest(sources)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        os.utime(folder)
        _prune(folder.parent, sources.name)
    except OSError:
        return None
    return folder


def _prune(kernels: Path, engine: str) -> None:
    """Remove all but the ``_KEPT_DIGESTS`` folders of the engine used last."""
    folders = [folder for folder in kernels.iterdir() if re.fullmatch(f"{engine}-[0-9a-f]{{16}}", folder.name)]
    folders.sort(key=_used_s, reverse=True)
    for folder in folders[_KEPT_DIGESTS:]:
        shutil.rmtree(folder, ignore_errors=True)


def _used_s(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0


class _FolderCacheImpl(CompileResultCacheImpl):
    """Looks nowhere but in the folder it is given; numba would go on to ``__pycache__``, which knows no digest."""

    _locator_classes = [UserProvidedCacheLocator]


class _FilesByKey(IndexDataCacheFile):
    """Names a file by the signature in it. Numba numbers them, and two processes may give two signatures one number."""

    def save(self, key: Any, data: Any) -> None:
        """Write the code of a signature; an index written meanwhile by another process may forget it, no more."""
        digest = hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest()
        name = self._data_name_pattern.replace("{number:d}", digest)
        self._save_data(name, data)
        self._save_index({**self._load_index(), key: name})


class _FolderCache(FunctionCache):
    """A cache that a full disk, or another process that prunes, cannot turn into a failure: the code is compiled."""

    _impl_class = _FolderCacheImpl

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = _FilesByKey(self._cache_path, self._impl.filename_base, stamp)

    @contextlib.contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        with contextlib.suppress(OSError, EOFError):
            yield

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What is loaded stays: looking it through for garbage would take a quarter of the time."""
        is_collecting = gc.isenabled()
        gc.disable()
        try:
            _load_array_functions()
            return super().load_overload(sig, target_context)
        finally:
            if is_collecting:
                gc.enable()


@cache
def _load_array_functions() -> None:
    """Load numba's array functions without SciPy's linear algebra.

    Numba imports all of that (0.2 s, a sixth of a first run) only to see whether it is there, which it is: racktwin
    depends on SciPy. Code that multiplies matrices loads it when it compiles.
    """
    linalg: Any = import_module("numba.np.linalg")
    ensure_blas, linalg.ensure_blas = linalg.ensure_blas, bool
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensure_blas


def _cache_for(function: Callable[..., Any]) -> Any:
    """The cache of an entry point in its :func:`cache_folder`; other users of numba keep their settings."""
    folder = cache_folder(function.__module__)
    if folder is None:
        return NullCache()
    settings = config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES
    config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), ""
    try:
        return _FolderCache(function)
    except RuntimeError:  # numba: no locator available, as the folder has just become read-only
        return NullCache()
    finally:
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = settings


class _LinkedLibrary(JITCodeLibrary):
    """The code of one kernel as numba generated it, without that of the kernels it calls, for entry points to link.

    Numba would optimise it here, and copy into it all it calls: once more for each caller up the chain.
    """

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Many may link this: what is defined here may be defined more than once."""
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == Linkage.external:
                function.linkage = Linkage.linkonce_odr
        self._finalize_dynamic_globals()
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """With all it calls, for functions that are compiled as numba does."""
        if self._shared_module is None:
            self._ensure_finalized()
            self._shared_module = self._final_module.clone()
            _link(self._shared_module, self._linking_libraries)
        return self._shared_module


def _link(module: Any, libraries: Iterable[Any]) -> None:
    """Link the libraries, the kernels they call, and so on, each of them once."""
    linked = set()
    waiting = list(libraries)
    while waiting:
        library = waiting.pop()
        if library in linked:
            continue
        linked.add(library)
        if isinstance(library, _LinkedLibrary):
            waiting.extend(library._linking_libraries)
            module.link_in(library._final_module, preserve=True)
        else:
            module.link_in(library._get_module_for_linking(), preserve=True)


class _EntryLibrary(JITCodeLibrary):
    """The code of an entry point: what it links is its own, so that whatever is inlined everywhere is dropped.

    The linked kernels also get names of their own. LLVM's run-time linker knows one symbol of a name, local or not; a
    kernel whose arguments were optimised away here would otherwise stand in for its namesake in other modules.
    """

    def finalize(self) -> None:
        """Link, optimise and assemble all that is called, as one program."""
        _link(self._final_module, self._linking_libraries)
        self._linking_libraries = []
        super().finalize()

    def _optimize_final_module(self) -> None:
        for number, function in enumerate(list(self._final_module.functions)):
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
                function.name = f"{self.name}.{number}.{function.name[:120]}"  # what a profiler will show
        passes, builder = self._codegen._module_pass_manager()  # numba's first round is for reference counts
        passes.run(self._final_module, builder)


class _EntryCompiler(Compiler):
    """Compiles an entry point with the kernels it calls as one closed program."""

    def _compile_core(self) -> Any:
        state = self.state
        name = f"{state.func_id.modname}.{state.func_id.func_qualname}"
        state.library = _EntryLibrary(state.targetctx.codegen(), name)
        state.library.enable_object_caching()
        return super()._compile_core()


_KERNEL_PASSES: Any = (
    TranslateByteCode,
    FixupArgs,
    IRProcessing,
    GenericRewrites,
    ReconstructSSA,
    NopythonTypeInference,
    PreLowerStripPhis,
    IRLegalization,
    AnnotateTypes,
    NativeLowering,
    NoPythonBackend,
)


class _InnerCompiler(Compiler):
    """Leaves optimisation and machine code to the entry point, which links all the kernels it calls.

    Numba otherwise optimises and assembles each function again in the module of every caller up the chain: for the
    line engine 20 of 27 seconds.
    """

    _attributes: tuple[str, ...] = ()
    """What LLVM is told of the kernel."""

    def define_pipelines(self) -> list[PassManager]:
        """Numba's passes less those for what no kernel holds: closures, ``with``, literals, array expressions."""
        passes = PassManager("kernel")
        for each in _KERNEL_PASSES:
            passes.add_pass(each, each._name)
        passes.finalize()
        return [passes]

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
        function = result.library.get_function(fndesc.llvm_func_name)
        for attribute in self._attributes:
            function.add_function_attribute(attribute)
        module, name = fndesc.lookup_module(), fndesc.qualname.split(".")[-1]
        stub = _dynfunc.make_function(module, name, "a kernel", 0, result.environment, (result.library,))
        state.targetctx.insert_user_function(stub, fndesc, [result.library])
        return result._replace(entry_point=stub)


class _InlinedCompiler(_InnerCompiler):
    """Puts a kernel into each caller's code; numba's ``forceinline`` made ``mm4`` 5 % slower than this."""

    _attributes = ("alwaysinline",)


class _RareCompiler(_InnerCompiler):
    """Keeps a kernel out of its callers' code, and what leads to it out of their way."""

    _attributes = ("noinline", "cold")


_BARE: dict[str, Any] = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: Function) -> Function:
    """Compile ``function`` to be called by other kernels only: no GIL, no reference counting, no Python wrappers.

    Kernels allocate nothing, so numba's reference counting is switched off; without it and without the wrappers that
    Python would call, the line engine compiles ten times as fast and runs several times as fast.
    """
    return _compiled_kernel(function, _InnerCompiler)


def inlined(function: Function) -> Function:
    """A :func:`kernel` whose code becomes part of each caller's: for what every event passes through.

    Left to itself LLVM inlines by size alone (docs/design/line_speed.md).
    """
    return _compiled_kernel(function, _InlinedCompiler)


def rare(function: Function) -> Function:
    """A :func:`kernel` that most events have no need of, so that its code is not among theirs."""
    return _compiled_kernel(function, _RareCompiler)


def _compiled_kernel(function: Function, compiler: type[Compiler]) -> Function:
    compiled: Any = numba.njit(nogil=True, error_model="numpy", pipeline_class=compiler, **_BARE)(function)
    if IS_COMPILED:
        _forget_literals(compiled._compiler)
    return cast(Function, compiled)


def _forget_literals(compiler: Any) -> None:
    """Compile a kernel once for all numbers of a type: numba otherwise does so for each constant it is called with."""
    fold = compiler.fold_argument_types

    def folded(given: Any, named: Any) -> tuple[Any, tuple[Any, ...]]:
        signature, kinds = fold(given, named)
        return signature, tuple(types.unliteral(kind) for kind in kinds)

    compiler.fold_argument_types = folded


def entry_point(function: Function) -> Function:
    """Compile ``function`` to be called from Python, without the GIL, and keep the result on disk if possible."""
    options: dict[str, Any] = {"pipeline_class": _EntryCompiler, "no_cfunc_wrapper": True}
    compiled: Any = numba.njit(nogil=True, error_model="numpy", **options)(function)
    if IS_COMPILED:
        compiled._cache = _cache_for(function)
    return cast(Function, compiled)
