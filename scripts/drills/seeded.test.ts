import { expect, test } from "vitest"
import { seeded, stratified } from "./seeded.ts"

test("every part of the whole has one moment, and the same seed gives the same ones", () => {
  const moments = stratified(seeded(7), 20)
  expect(moments.map((moment) => Math.floor(moment * 20))).toEqual([...Array(20).keys()])
  expect(stratified(seeded(7), 20)).toEqual(moments)
  expect(stratified(seeded(8), 20)).not.toEqual(moments)
})
