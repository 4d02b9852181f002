/**
 * kinds.ts - every label that a frame of a scene can carry.
 */

/** The ways in which the lanes' routine can be broken by a thing that is seen. */
export const ANOMALY_KINDS = ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup', 'order'] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** Those that show at a place, without any memory of what came before. */
export const LOCAL_KINDS = ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup'] as const;

/** Further ones of the places where many things go on: a cycle among walkers, a fall, a thing left behind, a first visitor. */
export const PLACE_KINDS = ['bike_on_path', 'fall', 'bag', 'visitor'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** What comes regularly does not come, comes too soon or too late. */
export const TIMING_KINDS = ['missing', 'early', 'late'] as const;
export type TimingKind = (typeof TIMING_KINDS)[number];

/** A routine ends at the place where another one does. */
export type RoutineKind = 'wrong_place';

/** What can go wrong with a machine's cycle. */
export const MACHINE_KINDS = ['skip', 'backwards', 'freeze', 'wrong_part'] as const;
export type MachineKind = (typeof MACHINE_KINDS)[number];

/** What can happen to the camera, or to the light as a whole. */
export const INCIDENT_KINDS = ['lamp', 'ir_cut', 'knocked', 'covered', 'defocused', 'frozen'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

export type SceneKind = AnomalyKind | PlaceKind | TimingKind | RoutineKind | MachineKind | IncidentKind;
