import Timing

/// One run of a simulation, told beforehand: what it is like, what happens and when. The seed alone decides how long each
/// frame takes, and how each clock goes. The same story gives the same run, frame by frame.
package struct Story: Hashable, Sendable, CustomStringConvertible {
    /// A deed, and how many milliseconds after the beginning it is done.
    package struct Step: Hashable, Sendable, CustomStringConvertible {
        package var time: Int
        package var deed: Deed

        package init(_ time: Int, _ deed: Deed) {
            self.time = time
            self.deed = deed
        }

        package var description: String { "Step(\(time), \(deed))" }
    }

    package var setting: Setting
    package var seed: UInt64
    package var steps: [Step]

    package init(_ setting: Setting, seed: UInt64, _ steps: [Step]) {
        self.setting = setting
        self.seed = seed
        self.steps = steps
    }

    package var description: String {
        "Story(\n    \(setting), seed: \(seed),\n    [\n"
            + steps.map { "        .init(\($0.time), \($0.deed)),\n" }.joined() + "    ])"
    }

    /// When the last of it is over.
    var end: Int { steps.map { $0.time + $0.deed.duration }.max() ?? 4000 }

    /// How long afterwards all must be well: whatever was lost, each owner has announced once more.
    var quiet: Duration {
        steps.contains { $0.deed.needsLongQuiet } || setting.hasStrangeSpeakers
            ? Setting.announceInterval + .seconds(5) : .milliseconds(4500)
    }

    var hasAttacks: Bool { steps.contains { $0.deed.isAttack } }
    var hasFloods: Bool {
        steps.contains { if case .forge(_, let times, _) = $0.deed { times >= 100 } else { false } }
    }
    var hasReplays: Bool {
        steps.contains { if case .replay = $0.deed { true } else { false } }
    }
}
