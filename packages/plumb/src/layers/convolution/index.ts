/** Convolutions. */
import { Conv1DTranspose } from "./conv1d-transpose.ts";
import { Conv1D } from "./conv1d.ts";
import { Conv2DTranspose } from "./conv2d-transpose.ts";
import { Conv2D } from "./conv2d.ts";
import { Conv3DTranspose } from "./conv3d-transpose.ts";
import { Conv3D } from "./conv3d.ts";
import { DepthwiseConv1D } from "./depthwise-conv1d.ts";
import { DepthwiseConv2D } from "./depthwise-conv2d.ts";
import { SeparableConv1D } from "./separable-conv1d.ts";
import { SeparableConv2D } from "./separable-conv2d.ts";

/** By class name. */
export const convolutionLayers = {
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Conv3DTranspose,
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv2D,
} as const;

export { Conv1DTranspose } from "./conv1d-transpose.ts";
export { Conv1D, type Conv1DOptions } from "./conv1d.ts";
export { Conv2DTranspose } from "./conv2d-transpose.ts";
export { Conv2D } from "./conv2d.ts";
export { Conv3DTranspose } from "./conv3d-transpose.ts";
export { Conv3D } from "./conv3d.ts";
export type { ConvolutionTransposeOptions } from "./convolution-transpose.ts";
export type { ConvolutionOptions } from "./convolution.ts";
export { DepthwiseConv1D } from "./depthwise-conv1d.ts";
export { DepthwiseConv2D } from "./depthwise-conv2d.ts";
export type { DepthwiseConvolutionOptions } from "./depthwise-convolution.ts";
export { SeparableConv1D } from "./separable-conv1d.ts";
export { SeparableConv2D } from "./separable-conv2d.ts";
export type { SeparableConvolutionOptions } from "./separable-convolution.ts";
export type { DataFormat, SpatialOptions } from "./spatial.ts";
