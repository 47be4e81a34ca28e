import Testing
import WireIdentity

@Suite struct NumberReservationTests {
    private static let now: UInt64 = 1_800_000_000_000_000_000

    @Test(
        "a process begins above all numbers of its predecessors, wherever the clock stands",
        arguments: [
            ("nothing saved → the time", nil, now, now),
            ("saved long ago → the time", "1700000000000000000\n", now, now),
            ("clock set back → what was reserved", "1900000000000000000\n", now, 1_900_000_000_000_000_000),
            ("clock at zero → what was reserved", "1900000000000000000\n", 0, 1_900_000_000_000_000_000),
            ("damaged → the time", "19000000x", now, now), ("empty → the time", "", now, now),
            ("beyond all → the time", "18446744073709551615\n", now, now),
            ("beyond the year 2262 → the time", "9223372036854775808\n", now, now),
            ("in the year 2262 → what was reserved", "9223372036854775807\n", now, UInt64.max / 2),
        ] as [(String, String?, UInt64, UInt64)])
    func begins(row: (name: String, saved: String?, time: UInt64, first: UInt64)) {
        let reservation = NumberReservation(time: row.time, saved: row.saved.map { Array($0.utf8) })
        #expect(reservation.first == row.first)
        #expect(reservation.bound > reservation.first)
    }

    @Test(
        "a hundred restarts within one nanosecond → each begins above the one before, and no message repeats a number")
    func restarts() {
        for saved in [nil, "18446744073709551615\n"] { restarts(after: saved.map { Array($0.utf8) }) }
    }

    private func restarts(after first: [UInt8]?) {
        var saved = first
        var highest: UInt64 = 0
        for _ in 0..<100 {
            let reservation = NumberReservation(time: Self.now, saved: saved)
            var numbers = MessageNumbers(startingAt: reservation.first)
            let number = numbers.next()
            #expect(number > highest)
            highest = max(number, reservation.bound)
            saved = reservation.saved
        }
    }
}
