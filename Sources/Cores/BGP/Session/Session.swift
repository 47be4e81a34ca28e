import Addresses
import Timing
import WireCodec

/// A BGP session with one peer, as of RFC 4271 §8: the connections to it, their OPENs, the timers, and how it ends.
///
/// A `Session` decides; it does not act. Give it what happened and when, and it answers with what to do:
///
///     let actions = session.handle(.received(bytes, connection), at: now, using: &generator)
///
/// The caller performs the actions in order, and calls again with ``Event/deadlineReached`` no later than
/// ``nextDeadline``. A session reads no clock, opens no socket, and never fails. Which routes the peer gets is not its
/// affair: it says when they may be sent (``Action/established(_:)``), and counts them (``Event/updatesSent(_:count:)``).
///
/// At most two connections are tracked, one in each direction, until ``Collision`` tells which stays.
package struct Session: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        /// Begin to connect, or to listen.
        case start
        /// End, and stay Idle until ``start``.
        case stop(StopReason)
        /// The connection requested by ``Action/connect(_:)`` is established.
        case connected(ConnectionID)
        /// The peer has connected. The caller gives the connection a number of its own.
        case accepted(ConnectionID)
        /// The connection could not be made, or was lost; why, in words.
        case connectionFailed(ConnectionID, String)
        /// Octets came, cut anyhow.
        case received([UInt8], ConnectionID)
        /// The socket took everything that it was given.
        case sendProgressed(ConnectionID)
        /// Routes were handed to the socket, in so many UPDATEs.
        case updatesSent(ConnectionID, count: Int)
        /// Attempts to connect may take, and are apart, this long at most from now on. An established session is not
        /// affected.
        case connectRetryTimeChanged(Duration)
        /// ``nextDeadline`` has come.
        case deadlineReached
    }

    package enum Action: Hashable, Sendable {
        /// Open a TCP connection to the peer.
        case connect(ConnectionID)
        case send([UInt8], ConnectionID)
        /// Close the connection, once what was sent before has left, or give up connecting.
        case close(ConnectionID)
        /// To be logged.
        case stateChanged(Transition)
        /// Routes may be sent on this connection: the whole table, End-of-RIB, then changes.
        case established(NegotiatedSession)
        /// No more routes may be sent; the peer forgets what it got.
        case ended
        /// The peer wants all routes of a family again. `isEnhanced`: between the markers of RFC 7313.
        case sendAgain(AddressFamily, isEnhanced: Bool)
    }

    package struct Transition: Hashable, Sendable {
        package let from: SessionState
        package let to: SessionState
        package let event: SessionEvent
        /// What went wrong, if something did.
        package let error: String?
    }

    /// Why a session is stopped, which its NOTIFICATION tells the peer.
    package enum StopReason: Hashable, Sendable {
        /// RFC 4486, with a text for the peer's operator (RFC 9003).
        case administrativeShutdown(String?)
        case administrativeReset(String?)
        case peerDeconfigured
        case configurationChanged
        /// RFC 9384.
        case bfdDown
        /// RFC 4724: if agreed with the peer, leave without a word, so that it keeps the routes; else with this text.
        case restart(String?)
    }

    enum Timer: Hashable, Sendable {
        /// RFC 4271 §8.1.1 (DampPeerOscillations): how long the session stays Idle after an error.
        case idleHold
        case connectRetry
        case hold(ConnectionID)
        case keepalive(ConnectionID)
        case sendHold(ConnectionID)
    }

    package private(set) var configuration: SessionConfiguration
    package internal(set) var state = SessionState.idle
    /// Why the session last failed, in words; kept until it fails for another reason.
    ///
    /// A lost connection does not hide the NOTIFICATION before it: peers that got one may close what comes
    /// next without a word.
    package var lastError: String? {
        guard let lastNotification else { return lastLoss }
        return lastLoss.map { "\(lastNotification); then \($0)" } ?? lastNotification
    }
    /// The last NOTIFICATION, sent or received, or timer that ended the session.
    var lastNotification: String?
    /// How a connection was lost, or could not be made, since.
    var lastLoss: String?
    package internal(set) var statistics = SessionStatistics()
    /// RFC 4271 §8: attempts since the session was last Established.
    package var connectRetryCounter: Int { backoff.attempts }

    var isStarted = false
    var connections: [Connection] = []
    var timers = TimerSet<Timer>()
    var backoff: Backoff
    var connectionCount = 0
    /// RFC 5492 §3: the peer refused the capabilities' parameter, and is offered none.
    var omitsCapabilities = false

    package init(_ configuration: SessionConfiguration) {
        self.configuration = configuration
        let first = SessionConfiguration.firstRetryTime
        backoff = Backoff(first: first, limit: max(first, configuration.connectRetryTime))
    }

    /// When ``Event/deadlineReached`` is due at the latest.
    package var nextDeadline: Instant? { timers.nextDeadline }

    /// What was agreed with the peer, while Established.
    package var negotiated: NegotiatedSession? {
        for connection in connections { if case .established(let negotiated) = connection.phase { return negotiated } }
        return nil
    }

    package mutating func handle(
        _ event: Event, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var turn = Turn(now: now)
        switch event {
        case .start: start(&turn)
        case .stop(let reason): stop(reason, &turn)
        case .connected(let id): connected(id, &turn)
        case .accepted(let id): accepted(id, &turn)
        case .connectionFailed(let id, let reason): connectionFailed(id, reason, &turn, &generator)
        case .received(let bytes, let id): received(bytes, on: id, &turn, &generator)
        case .sendProgressed(let id): restartSendHoldTimer(id, at: now)
        case .updatesSent(let id, let count): updatesSent(id, count: count, &turn, &generator)
        case .connectRetryTimeChanged(let time):
            configuration.connectRetryTime = time
            backoff.limit = max(backoff.first, time)
        case .deadlineReached: fireTimers(&turn, &generator)
        }
        return turn.actions
    }

    /// One call of ``handle(_:at:using:)``: when it is, and what is to be done.
    struct Turn {
        let now: Instant
        var actions: [Action] = []
    }

    /// One TCP connection, and how far its OPENs have come.
    struct Connection: Hashable, Sendable {
        enum Phase: Hashable, Sendable {
            case connecting
            case openSent
            case openConfirm(NegotiatedSession)
            case established(NegotiatedSession)
        }

        let id: ConnectionID
        var phase: Phase
        var framer = MessageFramer()
        /// What we offered in our OPEN.
        var offered: [Capability] = []

        var state: SessionState {
            switch phase {
            case .connecting: .connect
            case .openSent: .openSent
            case .openConfirm: .openConfirm
            case .established: .established
            }
        }

        var maximumReceivedLength: Int {
            switch phase {
            case .connecting, .openSent: Header.maximumMessageLength
            case .openConfirm(let negotiated), .established(let negotiated): negotiated.maximumReceivedLength
            }
        }

        /// RFC 6608 §3.
        var unexpectedMessageSubcode: UInt8 {
            switch phase {
            case .connecting: ErrorSubcode.unspecific
            case .openSent: ErrorSubcode.FiniteStateMachine.unexpectedInOpenSent
            case .openConfirm: ErrorSubcode.FiniteStateMachine.unexpectedInOpenConfirm
            case .established: ErrorSubcode.FiniteStateMachine.unexpectedInEstablished
            }
        }
    }
}
