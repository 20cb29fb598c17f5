"""The networks of ``free_images`` and ``free_sequences`` with the sizes that they are tried at, and their export."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import onnx
import torch
from free_images import (
    CRAFT,
    EDSR,
    FCN,
    FPN,
    SRCNN,
    YOLO,
    ConvNeXt,
    CycleGAN,
    DeepLab,
    DnCNN,
    EveryResize,
    Flow,
    FreeViT,
    HRNet,
    ICNet,
    MODNet,
    PSPNet,
    RetinaFace,
    SegNet,
    SpatialTransformer,
    Swin,
    SwinIR,
    U2Net,
    UNet,
    espcn,
)
from free_odd import (
    CountedPlaces,
    PadToTiles,
    Products,
    RelativeBias,
    ResizeChain,
    SpaceInBatch,
    Warp,
)
from free_sequences import CRNN, TCN, Audio1D, Causal, Conformer, ConvTasNet, Encoder, HiFiGAN, VideoNet, WaveNet
from free_unseen import (
    ASPP,
    AdaptivePools,
    BiSeNet,
    Checkerboard,
    ConformerRelative,
    ConvSpectrogram,
    CRNNFull,
    Demucs,
    Detector,
    Folded,
    FoldedWindows,
    Frames,
    GatedWaveNet,
    HRNetThree,
    MaskedMean,
    NonLocal,
    PixelShuffleSR,
    PoolPositions,
    PoolToGrid,
    RelativeShift,
    ShiftedWindows,
    SinePositions,
    SpatialPyramid,
    Spectrogram,
    SqueezeUNet1D,
    UNetPlusPlus,
    Unpooled,
)
from torch import nn

from pt2k_gui.export.free_sizes import recurrent_shapes, sizes_kept
from pt2k_gui.export.module_forms import recordable
from pt2k_gui.export.pooling_translations import pooling_translations
from pt2k_gui.export.translation_table import table


@dataclass(frozen=True)
class FreeNetwork:
    """A network and the sizes that it is tried at.

    Attributes:
        make: builds the module.
        example: the shape of the export's example, batch first.
        free: the axes that are free, beside the batch.
        sizes: lengths of the free axes that the export did not see.
    """

    make: Callable[[], nn.Module]
    example: tuple[int, ...]
    free: tuple[int, ...]
    sizes: tuple[tuple[int, ...], ...]


def export(network: FreeNetwork) -> tuple[nn.Module, onnx.ModelProto]:
    """The module, and what PT2K's exporter makes of it with the batch and the free axes dynamic."""
    torch.manual_seed(1)
    module = network.make().eval()
    shapes = dict.fromkeys((0, *network.free), torch.export.Dim.DYNAMIC)
    with sizes_kept(), recordable(module), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(module, (torch.zeros(network.example),), dynamic_shapes=(shapes,), strict=False)
        own = table() | pooling_translations()
        with recurrent_shapes():
            exported = torch.onnx.export(
                program, dynamo=True, opset_version=20, verbose=False, custom_translation_table=own
            )
    assert exported is not None
    return module, exported.model_proto


_IMAGE = (2, 3)
_SIZES = ((33, 47), (64, 48), (41, 25), (96, 130))


def _image(make: Callable[[], nn.Module], channels: int = 3) -> FreeNetwork:
    return FreeNetwork(make, (3, channels, 50, 38), _IMAGE, _SIZES)


def _sequence(make: Callable[[], nn.Module], channels: int, lengths: tuple[int, ...]) -> FreeNetwork:
    return FreeNetwork(make, (3, channels, 40), (2,), tuple((length,) for length in lengths))


def _sound(make: Callable[[], nn.Module], channels: int = 1) -> FreeNetwork:
    return FreeNetwork(make, (3, channels, 80), (2,), ((57,), (101,), (128,), (303,)))


NETWORKS: dict[str, FreeNetwork] = {
    "unet_pad": _image(lambda: UNet("transposed", "pad")),
    "unet_size": _image(lambda: UNet("bilinear", "size")),
    "unet_crop": _image(lambda: UNet("bilinear", "crop")),
    "fcn": _image(FCN),
    "deeplab": _image(DeepLab),
    "fpn": _image(FPN),
    "u2net": _image(U2Net),
    "pspnet": _image(PSPNet),
    "hrnet": _image(HRNet),
    "srcnn": _image(SRCNN),
    "espcn": _image(espcn, 1),
    "edsr": _image(EDSR),
    "dncnn": _image(DnCNN, 1),
    "cyclegan": _image(CycleGAN),
    "modnet": _image(MODNet),
    "craft": _image(CRAFT),
    "retinaface": _image(RetinaFace),
    "yolo": _image(YOLO),
    "segnet": _image(SegNet),
    "icnet": _image(ICNet),
    "swinir": _image(SwinIR),
    "swin": _image(Swin),
    "free_vit": _image(FreeViT),
    "convnext": _image(ConvNeXt),
    "spatial_transformer": _image(SpatialTransformer),
    "flow": _image(Flow),
    "every_resize": _image(EveryResize),
    "pad_to_tiles": _image(PadToTiles),
    "resize_chain": _image(ResizeChain),
    "space_in_batch": _image(SpaceInBatch),
    "warp": _image(Warp),
    "products": _image(Products),
    "relative_bias": FreeNetwork(RelativeBias, (3, 10, 5), (1,), ((7,), (13,), (32,), (51,))),
    "counted_places": FreeNetwork(CountedPlaces, (3, 10, 5), (1,), ((7,), (13,), (32,), (51,))),
    "tcn": _sequence(TCN, 4, (17, 31, 64, 5)),
    "wavenet": _sequence(WaveNet, 1, (17, 31, 64, 9)),
    "hifigan": _sequence(HiFiGAN, 10, (7, 13, 32, 51)),
    "conv_tasnet": _sequence(ConvTasNet, 1, (33, 57, 64, 101)),
    "audio_1d": _sequence(Audio1D, 2, (17, 31, 64, 9)),
    "crnn": FreeNetwork(CRNN, (3, 1, 16, 40), (3,), ((17,), (31,), (64,), (9,))),
    "encoder": FreeNetwork(Encoder, (3, 10, 5), (1,), ((7,), (13,), (32,), (51,))),
    "conformer": FreeNetwork(Conformer, (3, 40, 19), (1,), ((23,), (31,), (64,), (17,))),
    "causal": FreeNetwork(Causal, (3, 10, 5), (1,), ((7,), (13,), (32,), (51,))),
    "video": FreeNetwork(VideoNet, (2, 2, 6, 12, 14), (2, 3, 4), ((5, 9, 11), (4, 8, 8), (7, 13, 10), (3, 16, 9))),
    "aspp": _image(ASPP),
    "bisenet": _image(BiSeNet),
    "pixel_shuffle": _image(PixelShuffleSR),
    "unet_plus_plus": _image(UNetPlusPlus),
    "hrnet_three": _image(HRNetThree),
    "detector": _image(Detector),
    "non_local": _image(NonLocal),
    "shifted_windows": _image(ShiftedWindows),
    "folded": _image(Folded),
    "folded_windows": _image(FoldedWindows),
    "adaptive_pools": _image(AdaptivePools),
    "pool_to_grid": _image(PoolToGrid),
    "spatial_pyramid": _image(SpatialPyramid),
    "unpooled": _image(Unpooled),
    "pool_positions": _image(PoolPositions),
    "checkerboard": _image(Checkerboard),
    "crnn_full": FreeNetwork(CRNNFull, (3, 1, 16, 40), (3,), ((17,), (31,), (64,), (9,))),
    "sine_positions": FreeNetwork(SinePositions, (3, 10, 5), (1,), ((7,), (13,), (32,), (51,))),
    "relative_shift": FreeNetwork(RelativeShift, (3, 10, 8), (1,), ((7,), (13,), (32,), (51,))),
    "masked_mean": FreeNetwork(MaskedMean, (3, 24, 5), (1,), ((7,), (13,), (32,), (51,))),  # of one chunk: tests/export
    "conformer_relative": _sound(ConformerRelative, 8),
    "frames": _sound(Frames),
    "spectrogram": _sound(Spectrogram),
    "conv_spectrogram": _sound(ConvSpectrogram),
    "gated_wavenet": _sound(GatedWaveNet),
    "demucs": _sound(Demucs),
    "squeeze_unet_1d": _sound(SqueezeUNet1D, 2),
}  # fmt: skip
