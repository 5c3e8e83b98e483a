type Matrix = readonly (readonly number[])[];

/**
 * Solves `matrix · x = vector` for a symmetric positive definite matrix, by Cholesky decomposition.
 *
 * @throws Error if the matrix is not positive definite
 */
export const solvePositiveDefinite = (matrix: Matrix, vector: readonly number[]): number[] => {
  const lower = cholesky(matrix);
  return solveUpper(lower, solveLower(lower, vector));
};

/** The lower triangle `L` with `L · Lᵀ = matrix`. */
const cholesky = (matrix: Matrix): number[][] => {
  const lower: number[][] = [];
  for (const [row, values] of matrix.entries()) {
    const current: number[] = [];
    lower.push(current);
    for (let column = 0; column <= row; column += 1) {
      const rest = at(values, column) - dot(current, lower[column] ?? [], column);
      current.push(column < row ? rest / at(lower[column], column) : pivot(rest, row));
    }
  }
  return lower;
};

const pivot = (square: number, row: number): number => {
  if (square > 1e-10) return Math.sqrt(square);
  throw new Error(`The matrix is not positive definite at row ${row}: are two features the same?`);
};

const solveLower = (lower: Matrix, vector: readonly number[]): number[] => {
  const solution: number[] = [];
  for (const [row, values] of lower.entries())
    solution.push((at(vector, row) - dot(values, solution, row)) / at(values, row));
  return solution;
};

/** Solves `Lᵀ · x = vector`, last unknown first. */
const solveUpper = (lower: Matrix, vector: readonly number[]): number[] => {
  const solution = [...vector];
  for (let row = lower.length - 1; row >= 0; row -= 1) {
    for (let below = row + 1; below < lower.length; below += 1)
      solution[row] = at(solution, row) - at(lower[below], row) * at(solution, below);
    solution[row] = at(solution, row) / at(lower[row], row);
  }
  return solution;
};

export const dot = (left: readonly number[], right: readonly number[], length = left.length): number => {
  let sum = 0;
  for (let index = 0; index < length; index += 1) sum += at(left, index) * at(right, index);
  return sum;
};

const at = (values: readonly number[] | undefined, index: number): number => values?.[index] ?? 0;
