import TestSupport
import Testing
import Timing

@Suite struct DeadlineQueueTests {
    @Test("It behaves as a sorted list of the deadlines does", arguments: [UInt64(1), 2, 3])
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = DeadlineQueue<Int>()
        var model: [(deadline: Int64, element: Int)] = []
        for _ in 0..<5000 {
            let element = Int.random(in: 0..<40, using: &generator)
            switch Int.random(in: 0...3, using: &generator) {
            case 0, 1:
                let deadline = Int64.random(in: 0..<60, using: &generator)
                queue.set(element, at: Instant(nanoseconds: deadline))
                if model.first(where: { $0.element == element })?.deadline != deadline {
                    model.removeAll { $0.element == element }
                    model.insert((deadline, element), at: model.firstIndex { $0.deadline > deadline } ?? model.endIndex)
                }
            case 2:
                queue.set(element, at: nil)
                model.removeAll { $0.element == element }
            default:
                let now = Int64.random(in: 0..<60, using: &generator)
                let expected = model.first.flatMap { $0.deadline <= now ? $0.element : nil }
                if expected != nil { model.removeFirst() }
                #expect(queue.popExpired(at: Instant(nanoseconds: now)) == expected, "seed \(seed)")
            }
            #expect(queue.nextDeadline?.nanoseconds == model.first?.deadline, "seed \(seed)")
            #expect(queue.count == model.count, "seed \(seed)")
        }
    }
}
