// As tell-memory.mjs; and V8's young generation grows as it likes.
import "./tell-memory.mjs";

process.getBuiltinModule("node:v8").setFlagsFromString = () => {};
