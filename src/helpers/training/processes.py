"""What processes that train together do together."""

from torch import Tensor, distributed


def add_up_processes(*tensors: Tensor) -> None:
    """Add up the same tensors of all processes that train together, in place.

    A process that trains alone keeps them as they are.
    """
    if distributed.is_available() and distributed.is_initialized():
        for tensor in tensors:
            distributed.all_reduce(tensor)
