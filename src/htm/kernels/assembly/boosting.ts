/** boosting.ts - kernels of the spatial pooler that keep duty cycles and make boost factors; see kernels.ts. */

/**
 * Twin: `averageDuty` of boosting.ts. Moves each duty cycle towards 1 where the overlap reaches the threshold, else 0;
 * and the activity's towards 0. `columns` is rounded up to whole vectors. Returns whether one is below its least.
 */
export function averageDuty(
  overlapAt: usize,
  overlapDutyAt: usize,
  activeDutyAt: usize,
  leastDutyAt: usize,
  columns: u32,
  threshold: u32,
  rate: f32,
): u32 {
  let weak = i32x4.splat(0);
  const rates = f32x4.splat(rate);
  const ones = f32x4.splat(1);
  const thresholds = i32x4.splat(threshold);
  for (let i: u32 = 0; i < columns; i += 4) {
    const overlap = v128.load16x4_u(overlapAt + (i << 1));
    const reached = v128.and(i32x4.ge_u(overlap, thresholds), ones);
    const overlapDuty = v128.load(overlapDutyAt + (i << 2));
    const averaged = f32x4.add(overlapDuty, f32x4.mul(rates, f32x4.sub(reached, overlapDuty)));
    v128.store(overlapDutyAt + (i << 2), averaged);
    weak = v128.or(weak, f32x4.lt(averaged, v128.load(leastDutyAt + (i << 2))));
    const activeDuty = v128.load(activeDutyAt + (i << 2));
    v128.store(activeDutyAt + (i << 2), f32x4.sub(activeDuty, f32x4.mul(rates, activeDuty)));
  }
  return <u32>v128.any_true(weak);
}

/** Sums of a run of `length` values around each, one `stride` of bytes apart, to `outAt`: whole numbers, so exact. */
function sumAround(at: usize, outAt: usize, length: i32, stride: i32, radius: i32, wrapAround: bool): void {
  const whole = wrapAround && 2 * radius + 1 >= length;
  let sum: f64 = 0;
  if (whole) {
    for (let i = 0; i < length; i++) sum += load<f64>(at + i * stride);
    for (let i = 0; i < length; i++) store<f64>(outAt + i * stride, sum);
    return;
  }
  const last = wrapAround ? radius : min(radius, length - 1);
  for (let i = wrapAround ? -radius : 0; i <= last; i++) sum += load<f64>(at + (i < 0 ? i + length : i) * stride);
  for (let i = 0; i < length; i++) {
    store<f64>(outAt + i * stride, sum);
    let enters = i + radius + 1;
    let leaves = i - radius;
    if (wrapAround) {
      if (enters >= length) enters -= length;
      if (leaves < 0) leaves += length;
      sum += load<f64>(at + enters * stride) - load<f64>(at + leaves * stride);
    } else {
      if (enters < length) sum += load<f64>(at + enters * stride);
      if (leaves >= 0) sum -= load<f64>(at + leaves * stride);
    }
  }
}

/** Twin: `reachOf` of boosting.ts. */
function reachOf(i: i32, length: i32, radius: i32, wrapAround: bool): i32 {
  if (wrapAround) return min(length, 2 * radius + 1);
  return min(length - 1, i + radius) - max(0, i - radius) + 1;
}

/** Twin: `quickExp` of boosting.ts. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function quickExp(x: f64, tableAt: usize): f64 {
  const bounded = min<f64>(700, max<f64>(-700, x));
  const step = floor<f64>(bounded * 46.16624130844683 + 0.5);
  const rest = bounded - step * 0.021660849392498290;
  const whole = <i32>step;
  const power =
    1 + rest * (1 + rest * (0.5 + rest * (0.16666666666666666 + rest * (0.041666666666666664 + rest * 0.008333333333333333))));
  const scale = reinterpret<f64>(<u64>((whole >> 5) + 1023) << 52);
  return load<f64>(tableAt + ((whole & 31) << 3)) * power * scale;
}

/** Twin: exponential `updateBoost` of boosting.ts under local inhibition; `sumAt` and `turnAt` are room for [columns] f64. */
export function boostNearby(
  dutyAt: usize,
  boostAt: usize,
  sumAt: usize,
  turnAt: usize,
  width: i32,
  height: i32,
  radius: i32,
  wrap: u32,
  unit: f64,
  strength: f64,
  tableAt: usize,
): void {
  const wrapAround = wrap != 0;
  const columns = width * height;
  for (let i = 0; i < columns; i++) store<f64>(turnAt + (i << 3), floor<f64>(<f64>load<f32>(dutyAt + (i << 2)) * unit));
  for (let y = 0; y < height; y++) sumAround(turnAt + ((y * width) << 3), sumAt + ((y * width) << 3), width, 8, radius, wrapAround);
  let sums = sumAt;
  if (height > 1) {
    for (let x = 0; x < width; x++) sumAround(sumAt + (x << 3), turnAt + (x << 3), height, width << 3, radius, wrapAround);
    sums = turnAt;
  }
  for (let y = 0, column = 0; y < height; y++) {
    const rows = height == 1 ? 1 : reachOf(y, height, radius, wrapAround);
    for (let x = 0; x < width; x++, column++) {
      const target = load<f64>(sums + (column << 3)) / (<f64>(rows * reachOf(x, width, radius, wrapAround)) * unit);
      const duty = <f64>load<f32>(dutyAt + (column << 2));
      store<f32>(boostAt + (column << 2), <f32>quickExp(strength * (target - duty), tableAt));
    }
  }
}

/** Twin: exponential `updateBoost` of boosting.ts under global inhibition. */
export function boostAll(dutyAt: usize, boostAt: usize, columns: i32, target: f64, strength: f64, tableAt: usize): void {
  for (let i = 0; i < columns; i++) {
    const duty = <f64>load<f32>(dutyAt + (i << 2));
    store<f32>(boostAt + (i << 2), <f32>quickExp(strength * (target - duty), tableAt));
  }
}
