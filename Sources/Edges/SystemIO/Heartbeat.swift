import Synchronization
import Timing

/// By which others see that a loop still turns. The loop beats at each turn, and turns at least every ``interval``, whether
/// there is something to do or not.
package final class Heartbeat: Sendable {
    /// Of loops that are watched for whether they do what must not wait.
    package static let interval = Duration.milliseconds(50)
    /// Of all others.
    package static let slowInterval = Duration.seconds(1)
    /// A loop that has not turned for so long is dead.
    package static let patience = Duration.seconds(5)

    /// As messages name it.
    package let loop: String
    private let count = Atomic<UInt64>(0)
    /// Nanoseconds on ``UptimeClock``.
    private let last: Atomic<Int64>
    private let hasEnded = Atomic<Bool>(false)

    package init(_ loop: String) {
        self.loop = loop
        last = Atomic(UptimeClock.now.nanoseconds)
    }

    // MARK: From the loop

    /// Has a loop that waits for inputs turn, until the task is cancelled: sends it one each ``slowInterval``, but none while
    /// it has not turned since the last.
    package func keepTurning(_ send: @Sendable () -> Void) async {
        var turnsWhenSent: UInt64?
        while !Task.isCancelled {
            if turns != turnsWhenSent {
                turnsWhenSent = turns
                send()
            }
            try? await Task.sleep(for: Heartbeat.slowInterval)
        }
    }

    package func beat() {
        count.add(1, ordering: .relaxed)
        last.store(UptimeClock.now.nanoseconds, ordering: .relaxed)
    }

    /// The loop turns no more.
    package func end() { hasEnded.store(true, ordering: .releasing) }

    // MARK: From others

    /// How often it has turned; `nil` once it has ended.
    package var turns: UInt64? { hasEnded.load(ordering: .acquiring) ? nil : count.load(ordering: .relaxed) }

    /// Whether it has turned lately, and goes on.
    package var isAlive: Bool { turns != nil && age < Heartbeat.patience }

    private var age: Duration {
        Instant(nanoseconds: last.load(ordering: .relaxed)).duration(to: UptimeClock.now)
    }

    /// Why the process should be restarted; `nil`: the loop turns.
    package var problem: String? {
        if turns == nil { return "the loop \(loop) has stopped" }
        let age = age
        guard age >= Heartbeat.patience else { return nil }
        return "the loop \(loop) has been frozen for \(age.components.seconds) s"
    }
}
