import BGP
import NIOCore
import NetworkIO

/// One TCP connection of a peer, as the peer's shell sees it.
struct BGPLink {
    /// Messages of the session that wait to be written, in order. Few and short.
    var outbox: [UInt8] = []
    /// Write what is there, then close.
    var isClosing = false
    /// Aborts an outgoing connection before it is established.
    let attempt = TCPAttempt()
    /// `nil` while connecting.
    var channel: (any Channel)?
    /// Tells the writer that there is something to write, or to end. One signal is as good as many.
    let wakeUp: AsyncStream<Void>.Continuation
    let wakeUps: AsyncStream<Void>

    init() { (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }
}
