// The rivals are installed by bench/'s own lock file, which the product's type check does without.
declare module "@tensorflow/tfjs";
declare module "@tensorflow/tfjs-backend-wasm";
declare module "onnxruntime-node";
