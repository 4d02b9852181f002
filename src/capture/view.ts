/**
 * view.ts - a picture for people: the frame as captured, in the part that is watched, sharper than the model's. It is not
 * masked: whoever draws it does that.
 *
 * A view is what the source has at hand anyway, so that nothing is decoded or drawn while nobody looks.
 */
export type View =
  /** Bytes of a JPEG or PNG; `crop` [x, y, width, height] relative is still to be cut out. */
  | { readonly kind: 'encoded'; readonly data: Uint8Array; readonly crop: Crop | null }
  /**
   * `grey`: a luma plane; `yuv420`: with two planes of a quarter each behind it. The source may write over the latter as soon
   * as others get a turn, so it is drawn or copied before anything is awaited.
   */
  | {
      readonly kind: 'grey' | 'yuv420';
      readonly data: Uint8Array;
      readonly width: number;
      readonly height: number;
      readonly crop: Crop | null;
    };

export type Crop = readonly [x: number, y: number, width: number, height: number];
