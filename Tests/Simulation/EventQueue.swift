import Timing

/// What is still to happen, in order of time, and of two at one moment in the order in which they were added.
struct EventQueue<Event> {
    private struct Key {
        var time: Int64
        var order: Int
        var slot: Int

        static func < (a: Key, b: Key) -> Bool { a.time != b.time ? a.time < b.time : a.order < b.order }
    }

    /// A binary heap.
    private var keys: [Key] = []
    private var events: [Event?] = []
    private var free: [Int] = []
    private var order = 0

    var nextTime: Instant? { keys.first.map { Instant(nanoseconds: $0.time) } }
    var count: Int { keys.count }

    mutating func add(_ event: Event, at moment: Instant) {
        let slot: Int
        if let last = free.popLast() {
            slot = last
            events[slot] = event
        } else {
            slot = events.count
            events.append(event)
        }
        order += 1
        let key = Key(time: moment.nanoseconds, order: order, slot: slot)
        keys.append(key)
        var place = keys.count - 1
        while place > 0, key < keys[(place - 1) / 2] {
            keys[place] = keys[(place - 1) / 2]
            place = (place - 1) / 2
        }
        keys[place] = key
    }

    mutating func pop() -> Event? {
        guard let first = keys.first, let last = keys.popLast() else { return nil }
        let event = events[first.slot]
        events[first.slot] = nil
        free.append(first.slot)
        guard !keys.isEmpty else { return event }
        var place = 0
        while 2 * place + 1 < keys.count {
            var child = 2 * place + 1
            if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
            guard keys[child] < last else { break }
            keys[place] = keys[child]
            place = child
        }
        keys[place] = last
        return event
    }
}
