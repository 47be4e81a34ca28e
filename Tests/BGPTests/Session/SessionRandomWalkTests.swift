import BGP
import TestSupport
import Testing
import Timing

/// A session under any events in any order, watched by a model of what may be asked for.
@Suite("A session, walked at random") struct SessionRandomWalkTests {
    /// What the world knows of the connections that it was asked for.
    private struct World {
        var open: Set<ConnectionID> = []
        var connecting: Set<ConnectionID> = []
        var isEstablished = false
        var establishments = 0

        mutating func perform(_ action: Session.Action, _ note: String) {
            switch action {
            case .connect(let id):
                #expect(connecting.isEmpty && !open.contains(id), "a second attempt: \(note)")
                connecting.insert(id)
            case .send(_, let id): #expect(open.contains(id), "sends where nothing is open: \(note)")
            case .close(let id):
                #expect(open.contains(id) || connecting.contains(id), "closes what is not open: \(note)")
                open.remove(id)
                connecting.remove(id)
            case .stateChanged(let transition): #expect(transition.from != transition.to, "\(note)")
            case .established(let negotiated):
                #expect(!isEstablished && open.contains(negotiated.connection), "\(note)")
                isEstablished = true
                establishments += 1
            case .ended:
                #expect(isEstablished, "\(note)")
                isEstablished = false
            case .sendAgain: #expect(isEstablished, "\(note)")
            }
        }
    }

    @Test("It asks for nothing impossible, and always has a way on", arguments: UInt64(1)...12)
    func walk(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var configuration = SessionHarness.configuration
        configuration.isPassive = seed.isMultiple(of: 4)
        if seed.isMultiple(of: 3) { configuration.gracefulRestart = SessionConfiguration.GracefulRestartSettings() }
        var session = Session(configuration)
        var world = World()
        var now = Instant.zero
        var accepted = 0
        var isStarted = false
        let theirs = GracefulRestart(isRestarting: false, coversNotifications: true, restartTime: 60, families: [])
        let messages = [
            SessionHarness.open(), SessionHarness.open(), SessionHarness.open(asn: 1), KeepaliveMessage.encoded,
            KeepaliveMessage.encoded, KeepaliveMessage.encoded, SessionHarness.message(2, [0, 0, 0, 0]),
            SessionHarness.message(3, [6, 4]), SessionHarness.message(5, [0, 1, 0, 1]), SessionHarness.message(9),
            SessionHarness.open(OpenMessageTests.everything + [.gracefulRestart(theirs)]),
        ]
        for step in 0..<3000 {
            var event = Session.Event.deadlineReached
            switch Int.random(in: 0..<20, using: &generator) {
            case 0:
                event = isStarted ? .stop(.administrativeReset("reset")) : .start
                isStarted.toggle()
            case 1 where isStarted == false:
                event = .start
                isStarted = true
            case 2...5:
                guard let id = world.connecting.sorted(by: { $0.number < $1.number }).first else { continue }
                world.connecting.remove(id)
                if Bool.random(using: &generator) {
                    world.open.insert(id)
                    event = .connected(id)
                } else {
                    event = .connectionFailed(id, "refused")
                }
            case 6:
                accepted += 1
                let id = ConnectionID(direction: .inbound, number: accepted)
                world.open.insert(id)
                event = .accepted(id)
            case 7:
                guard let id = world.open.sorted(by: { $0.number < $1.number }).first else { continue }
                world.open.remove(id)
                event = .connectionFailed(id, "lost")
            case 8...15:
                let ids = world.open.sorted { ($0.number, $0.direction.rawValue) < ($1.number, $1.direction.rawValue) }
                guard let id = ids.randomElement(using: &generator),
                    let bytes = messages.randomElement(using: &generator)
                else { continue }
                event = .received(bytes, id)
            default: now = now.advanced(by: .milliseconds(Int.random(in: 0...20_000, using: &generator)))
            }
            let actions = session.handle(event, at: now, using: &generator)
            for action in actions { world.perform(action, "seed \(seed), step \(step), \(event)") }
            #expect((session.state == .established) == world.isEstablished, "seed \(seed), step \(step), \(event)")
            // A started session that does nothing has a timer, or is passive and waits.
            if isStarted, world.open.isEmpty, world.connecting.isEmpty, !configuration.isPassive {
                #expect(session.nextDeadline != nil, "seed \(seed), step \(step), \(event): stuck in \(session.state)")
            }
        }
        #expect(world.establishments > 0, "seed \(seed) never came up")
    }
}
