import TestSupport
import Testing

@testable import AddressPools

@Suite("Free slots") struct FreeSlotsTests {
    /// One word, one word and a bit, several levels, the limit between dense and sparse, and everything there is.
    static let lasts: [UInt128] = [
        0, 1, 62, 63, 64, 127, 128, 4095, 4096, 300_000, (1 << 20) - 1, 1 << 20, (1 << 64) - 1, .max,
    ]

    @Test("Slots are given lowest first, and again when free", arguments: lasts) func lowestFirst(last: UInt128) {
        var slots = FreeSlots(last: last)
        let count = min(last, 5000)
        let given = (0...count).map { _ in slots.takeLowest() }
        #expect(given == (0...count).map { $0 })
        if count == last {
            #expect(slots.lowestFree == nil)
            let nothing = slots.takeLowest()
            #expect(nothing == nil)
        }
        slots.free(count)
        slots.free(count / 2)
        let again = slots.takeLowest()
        #expect(again == count / 2)
        #expect(slots.lowestFree == (count == count / 2 ? (count == last ? nil : count + 1) : count))
    }

    @Test("The last slot is one like the others, and there is none beyond", arguments: lasts) func bounds(last: UInt128)
    {
        var slots = FreeSlots(last: last)
        let takes = [slots.take(last), slots.take(last)]
        #expect(takes == [true, false])
        #expect(slots.isTaken(last))
        #expect(slots.lowestFree(from: last) == nil)
        let frees = [slots.free(last), slots.free(last)]
        #expect(frees == [true, false])
        #expect(slots.lowestFree(from: last) == last)
        if last < .max {
            let changes = [slots.take(last + 1), slots.free(last + 1)]
            #expect(changes == [false, false])
            #expect(slots.isTaken(last + 1))
            #expect(slots.lowestFree(from: last + 1) == nil)
        }
    }

    @Test(
        "Random operations agree with a plain set",
        arguments: [(63, 1), (64, 2), (200, 3), (5000, 4), (1 << 90, 5)] as [(UInt128, UInt64)])
    func agreement(last: UInt128, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var slots = FreeSlots(last: last)
        var taken: Set<UInt128> = []
        // Close together, so that words and their parents fill up.
        let span = min(last, 700)
        let start = last > 5000 ? last - span : 0
        for step in 0..<20_000 {
            let slot = start + UInt128(Int.random(in: 0...Int(span), using: &generator))
            if Int.random(in: 0..<100, using: &generator) < (step / 2000 % 2 == 0 ? 80 : 30) {
                let (takes, expected) = (slots.take(slot), taken.insert(slot).inserted)
                #expect(takes == expected)
            } else {
                let (frees, expected) = (slots.free(slot), taken.remove(slot) != nil)
                #expect(frees == expected)
            }
            guard step % 10 == 0 else { continue }
            var lowest = start
            while lowest < last, taken.contains(lowest) { lowest += 1 }
            let expected: UInt128? = taken.contains(lowest) ? nil : lowest
            #expect(slots.lowestFree(from: start) == expected, "last \(last), seed \(seed), step \(step)")
        }
    }
}
