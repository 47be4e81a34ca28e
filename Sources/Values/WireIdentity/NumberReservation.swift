/// Where a process begins to number its messages, so that it is ahead of every process that spoke for this node before,
/// also if the clock was set back meanwhile.
///
/// A process begins at the time of day, and counts messages, which are fewer than nanoseconds; so a later one is ahead by
/// itself as long as the clock goes forward. For the other case each process writes down, once and before it sends
/// anything, a bound that it will not reach.
package struct NumberReservation: Hashable, Sendable {
    /// No message of an earlier process has this number or a higher one.
    package let first: UInt64
    /// No message of this process will reach this number.
    package let bound: UInt64

    /// A million messages a second reach it after twelve days, and as many as a speaker sends never.
    private static let share: UInt64 = 1 << 40

    /// - Parameters:
    ///   - time: nanoseconds since 1970.
    ///   - saved: what an earlier process has saved; what cannot be read says nothing.
    package init(time: UInt64, saved: [UInt8]?) {
        let earlier = saved.flatMap { UInt64(String(decoding: $0.filter { $0 > 0x20 }, as: UTF8.self)) }
        // A clock says so in the year 2262. A file that says it now is damaged, and would leave no numbers for the future.
        let isCredible = earlier.map { $0 <= .max / 2 } ?? false
        first = min(max(time, isCredible ? earlier ?? 0 : 0), .max / 2)
        bound = first + NumberReservation.share
    }

    /// What is to be saved, as ``init(time:saved:)`` reads it.
    package var saved: [UInt8] { Array("\(bound)\n".utf8) }
}
