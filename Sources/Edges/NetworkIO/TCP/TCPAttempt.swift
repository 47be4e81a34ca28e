import NIOCore
import Synchronization

/// An attempt to connect that can be given up, from anywhere and at any time.
package final class TCPAttempt: Sendable {
    private struct State {
        var channel: (any Channel)?
        var isGivenUp = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Ends the attempt; it fails. One that has succeeded already ends with its connection.
    package func giveUp() {
        let channel = state.withLock { state in
            state.isGivenUp = true
            return state.channel
        }
        channel?.close(promise: nil)
    }

    /// The attempt is made on this channel.
    func begin(on channel: any Channel) {
        let isGivenUp = state.withLock { state in
            state.channel = channel
            return state.isGivenUp
        }
        if isGivenUp { channel.close(promise: nil) }
    }
}
