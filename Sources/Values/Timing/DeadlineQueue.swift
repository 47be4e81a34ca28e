import HeapModule

/// The deadlines of many things, each of which has one at most. A stopped deadline cannot fire.
///
/// Setting, stopping and taking one cost the logarithm of their number. For the handful of timers of one state machine,
/// ``TimerSet`` is better.
package struct DeadlineQueue<Element: Hashable & Sendable>: Sendable {
    @usableFromInline struct Entry: Comparable, Sendable {
        @usableFromInline let deadline: Instant
        /// When it was set, as a number: of equal deadlines, the one set first is first.
        @usableFromInline let order: UInt64
        @usableFromInline let element: Element

        @inlinable init(deadline: Instant, order: UInt64, element: Element) {
            self.deadline = deadline
            self.order = order
            self.element = element
        }

        @inlinable static func < (a: Entry, b: Entry) -> Bool { (a.deadline, a.order) < (b.deadline, b.order) }
    }

    /// Has stale entries too, but never as its first.
    @usableFromInline var heap = Heap<Entry>()
    @usableFromInline var current: [Element: Entry] = [:]
    @usableFromInline var order: UInt64 = 0
    /// When the first of them is due. Kept, since a loop asks for it at every turn.
    package private(set) var nextDeadline: Instant?

    @inlinable package init() {}

    @inlinable package var count: Int { current.count }

    @inlinable package func deadline(of element: Element) -> Instant? { current[element]?.deadline }

    /// Sets the deadline, in place of an earlier one; `nil` stops it.
    @inlinable package mutating func set(_ element: Element, at deadline: Instant?) {
        guard current[element]?.deadline != deadline else { return }
        guard let deadline else {
            current[element] = nil
            prune()
            return
        }
        order += 1
        let entry = Entry(deadline: deadline, order: order, element: element)
        current[element] = entry
        heap.insert(entry)
        prune()
    }

    @inlinable package mutating func removeAll() {
        heap = Heap()
        current.removeAll()
        nextDeadline = nil
    }

    /// Stops and returns the first that is due at `now`. Call until it returns `nil`.
    @inlinable package mutating func popExpired(at now: Instant) -> Element? {
        guard let nextDeadline, nextDeadline <= now, let first = heap.min else { return nil }
        heap.removeMin()
        current[first.element] = nil
        prune()
        return first.element
    }

    /// Removes stale entries from the top, and all of them once they are the larger part.
    @inlinable mutating func prune() {
        while let first = heap.min, current[first.element]?.order != first.order { heap.removeMin() }
        if heap.count > 2 * current.count + 64 { heap = Heap(current.values) }
        nextDeadline = heap.min?.deadline
    }
}
