/// Makes a story that goes wrong as short as it can be made with the same thing going wrong.
package struct Shrinker {
    private let goesWrong: (Story) -> Bool
    /// How many more stories may be tried.
    private var budget: Int
    package private(set) var shortest: Story

    /// - Parameters:
    ///   - budget: How many stories may be tried.
    ///   - goesWrong: Whether the same goes wrong in a story.
    package init(_ story: Story, budget: Int = 600, goesWrong: @escaping (Story) -> Bool) {
        shortest = story
        self.goesWrong = goesWrong
        self.budget = budget
    }

    /// The shortest story found, and what goes wrong in it.
    package static func shrink(_ story: Story, budget: Int = 600) -> (story: Story, violations: [Violation]) {
        var simulation = Simulation(story)
        guard let kind = simulation.run().first?.kind else { return (story, []) }
        var shrinker = Shrinker(story, budget: budget) { story in
            var simulation = Simulation(story)
            return simulation.run().contains { $0.kind == kind }
        }
        shrinker.run()
        var last = Simulation(shrinker.shortest)
        return (shrinker.shortest, last.run())
    }

    package mutating func run() {
        var before: Story
        repeat {
            before = shortest
            dropSteps()
            dropNodesAndAddresses()
            simplify()
        } while shortest != before && budget > 0
    }

    /// Keeps the story if the same goes wrong in it.
    @discardableResult private mutating func keep(_ story: Story) -> Bool {
        guard budget > 0, story != shortest else { return false }
        budget -= 1
        guard goesWrong(story) else { return false }
        shortest = story
        return true
    }

    /// Half of the steps, a quarter of them, and so on down to single ones.
    private mutating func dropSteps() {
        var size = max(shortest.steps.count / 2, 1)
        while true {
            var place = 0
            while place < shortest.steps.count {
                var story = shortest
                story.steps.removeSubrange(place..<min(place + size, story.steps.count))
                if !keep(story) { place += size }
            }
            if size == 1 { return }
            size /= 2
        }
    }

    private mutating func dropNodesAndAddresses() {
        while shortest.setting.addresses > 1 {
            var story = shortest
            story.setting.addresses -= 1
            guard keep(story) else { break }
        }
        while shortest.setting.nodes > 1 {
            var story = shortest
            story.setting.nodes -= 1
            story.steps = story.steps.map { Story.Step($0.time, $0.deed.withoutLastStation(of: shortest.setting)) }
            guard keep(story) else { break }
        }
        if shortest.setting.isDualStack {
            var story = shortest
            story.setting.isDualStack = false
            keep(story)
        }
    }

    /// Makes each step smaller, earlier and rounder.
    private mutating func simplify() {
        for place in shortest.steps.indices {
            for deed in shortest.steps[place].deed.simpler {
                var story = shortest
                story.steps[place].deed = deed
                keep(story)
            }
            let time = shortest.steps[place].time
            for rounder in [time / 1000 * 1000, time / 100 * 100, time / 10 * 10] where rounder >= 3000 {
                var story = shortest
                story.steps[place].time = rounder
                if keep(story) { break }
            }
        }
    }
}

extension Deed {
    /// The like with less of it.
    var simpler: [Deed] {
        func rounder(_ time: Int) -> [Int] {
            [1000, 100, 10].map { time / $0 * $0 }.filter { $0 > 0 && $0 < time } + (time > 400 ? [time / 2] : [])
        }
        return switch self {
        case .kill(let node, let time): rounder(time).map { .kill(node, for: $0) }
        case .stop(let node, let time): rounder(time).map { .stop(node, for: $0) }
        case .unplug(let node, let time): rounder(time).map { .unplug(node, for: $0) }
        case .pause(let node, let time): rounder(time).map { .pause(node, for: $0) }
        case .freeze(let node, let time): rounder(time).map { .freeze(node, for: $0) }
        case .part(let parts, let time): rounder(time).map { .part(parts, for: $0) }
        case .deafen(let node, let other, let time): rounder(time).map { .deafen(node, to: other, for: $0) }
        case .breakMulticast(let time): rounder(time).map { .breakMulticast(for: $0) }
        case .lose(let share, let time): rounder(time).map { .lose(share, for: $0) }
        case .forge(let forgery, let times, let every):
            (times > 1 ? [1, 2, times / 2] : []).map { .forge(forgery, times: $0, every: every) }
        case .replay(let node, let age, let span, let times, let every):
            [.replay(of: node, age: age, span: span, times: 1, every: every)]
                + rounder(span).map { .replay(of: node, age: age, span: $0, times: times, every: every) }
        case .echo(let late, let time): rounder(time).map { .echo(late: late, for: $0) }
        case .squat(let key, let late, let announces, let time):
            rounder(time).map { .squat(key, late: late, announces: announces, for: $0) }
        case .scan(let key, let every, let time): rounder(time).map { .scan(key, every: every, for: $0) }
        case .changeMAC, .rename, .cordon, .toggle, .rebalance: []
        }
    }

    /// The same where each cluster has a node less.
    func withoutLastStation(of setting: Setting) -> Deed {
        guard case .part(let parts, let time) = self else { return self }
        let kept = parts.indices.filter { $0 == setting.allNodes || $0 % setting.nodes != setting.nodes - 1 }
        return .part(kept.map { parts[$0] }, for: time)
    }
}
