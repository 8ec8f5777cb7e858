/** Which red, green, blue and white a file's numbers mean, as matrices to CIE XYZ under D50, ICC's white. */

export type Row = [number, number, number];
export type Matrix = [Row, Row, Row];

/** x and y of white, red, green and blue: the order of PNG's cHRM. */
export type Chromaticities = [number, number, number, number, number, number, number, number];

const D50: Row = [0.9642, 1, 0.8249];

/** Bradford's cone responses, by which ICC profiles are adapted to D50. (ICC.1:2022, annex E) */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

const D65 = [0.3127, 0.329] as const;

export const SRGB: Chromaticities = [...D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
export const DISPLAY_P3: Chromaticities = [...D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06];

const BT2020: Chromaticities = [...D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046];

/** ITU-T H.273, table 2. */
const PRIMARIES = new Map<number, Chromaticities>([
  [1, SRGB],
  [4, [0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08]],
  [5, [...D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06]],
  [6, [...D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07]],
  [7, [...D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07]],
  [8, [0.31, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049]],
  [9, BT2020],
  [10, [1 / 3, 1 / 3, 1, 0, 0, 1, 0, 0]],
  [11, [0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06]],
  [12, DISPLAY_P3],
  [22, [...D65, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077]],
]);

export function primariesOf(code: number): Chromaticities | undefined {
  return PRIMARIES.get(code);
}

/** To XYZ under D50, white being D50's. Undefined where a hostile header's four points span nothing. */
export function xyzOf(points: Chromaticities): Matrix | undefined {
  const spans = Math.abs(determinantOf(columnsOf(points))) > 1e-6;
  return points[1] > 0 && spans ? matrixOf(points) : undefined;
}

/** SMPTE RP 177. */
function matrixOf(points: Chromaticities): Matrix {
  const white = xyzFrom(points[0], points[1]);
  const primaries = columnsOf(points);
  const amounts = times(inverted(primaries), white);
  const native = primaries.map(([r, g, b]) => [r * amounts[0], g * amounts[1], b * amounts[2]]);
  return adapted(native as Matrix, white);
}

function columnsOf([, , rx, ry, gx, gy, bx, by]: Chromaticities): Matrix {
  return transposed([
    [rx, ry, 1 - rx - ry],
    [gx, gy, 1 - gx - gy],
    [bx, by, 1 - bx - by],
  ]);
}

function adapted(native: Matrix, white: Row): Matrix {
  const from = times(BRADFORD, white);
  const to = times(BRADFORD, D50);
  const scaled = BRADFORD.map((row, at) =>
    row.map(value => (value * (to[at] ?? 0)) / (from[at] ?? 1)),
  ) as Matrix;
  return product(product(inverted(BRADFORD), scaled), native);
}

function xyzFrom(x: number, y: number): Row {
  return [x / y, 1, (1 - x - y) / y];
}

function times(matrix: Matrix, [x, y, z]: Row): Row {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as Row;
}

function product(left: Matrix, right: Matrix): Matrix {
  return transposed(transposed(right).map(column => times(left, column)) as Matrix);
}

export function transposed([a, b, c]: Matrix): Matrix {
  return [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
    [a[2], b[2], c[2]],
  ];
}

function inverted(matrix: Matrix): Matrix {
  const [a, b, c] = matrix;
  const determinant = determinantOf(matrix);
  const columns = [cross(b, c), cross(c, a), cross(a, b)];
  return transposed(columns.map(column => column.map(value => value / determinant)) as Matrix);
}

function determinantOf([a, b, c]: Matrix): number {
  const [x, y, z] = cross(b, c);
  return a[0] * x + a[1] * y + a[2] * z;
}

function cross(p: Row, q: Row): Row {
  return [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
}

/** From one space's light to another's. */
export function between(from: Matrix, to: Matrix): Matrix {
  return product(inverted(to), from);
}

export const SRGB_XYZ = matrixOf(SRGB);
export const DISPLAY_P3_XYZ = matrixOf(DISPLAY_P3);
export const BT2020_XYZ = matrixOf(BT2020);

/** How far a primary reaches below zero in sRGB: P3's green -0.22, Adobe RGB's -0.40, BT.2020's -0.59. */
const WIDE_BEYOND = -0.1;

export function isWide(toXyz: Matrix): boolean {
  return between(toXyz, SRGB_XYZ)
    .flat()
    .some(value => value < WIDE_BEYOND);
}

/** Closer than anybody sees, and than writers round. */
const ALIKE = 0.005;

export function isAlike(one: Chromaticities, other: Chromaticities): boolean {
  return one.every((value, at) => Math.abs(value - (other[at] ?? 0)) < ALIKE);
}
