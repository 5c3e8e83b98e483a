/** A name of the user's as the end of an environment variable's: `learningRate` and `learning-rate` are `LEARNING_RATE`. */
export const variableName = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();

/** Every variable that inputs and outputs of these names may need; those that two would share are there twice. */
export const ioVariables = (inputs: readonly string[], outputs: readonly string[]): string[] => [
  ...inputs.flatMap((name) => [inputVariable(name), inputPathVariable(name)]),
  ...outputs.map(outputPathVariable),
];

export const inputVariable = (name: string): string => `STEPDOCK_INPUT_${variableName(name)}`;
export const inputPathVariable = (name: string): string => `${inputVariable(name)}_PATH`;
export const outputPathVariable = (name: string): string => `STEPDOCK_OUTPUT_${variableName(name)}_PATH`;
