/// The times of a claim.
///
/// RFC 5227 §1.1 asks hosts to probe for five to seven seconds before they use an address. That is for addresses that
/// people choose, on radio links and modems. Here a Service waits, and the medium is a switch: the probes are as many, but
/// closer together. What a slow answer might hide is found out afterwards (RFC 5227 §2.4).
package struct ClaimPace: Hashable, Sendable {
    /// How often the wire is asked for an address without a known former holder (RFC 5227 §1.1: PROBE_NUM);
    /// zero: it is claimed unasked.
    package var probes = 3
    /// The time between those, and after the last.
    package var probeInterval: Duration = .milliseconds(50)
    /// How long an owner that is down, or is to hand over, has to answer one single probe.
    package var quickProbeWait: Duration = .milliseconds(30)
    /// When a new owner reports again that it is the owner. A speaker that was asked to yield may have missed it.
    package var confirmation: Duration = .milliseconds(50)
    /// How long after our claim another speaker's of lower rank may still have been under way.
    package var defenceGap: Duration = .milliseconds(20)
    /// How long an address may be without an owner that is known, before one that could have it asks the wire. Longer than
    /// the time between the first announcements, one of which a newcomer receives.
    package var patience: Duration = .milliseconds(1500)
    /// How long after yielding an address its new owner must have been seen.
    package var verification: Duration = .milliseconds(1500)
    /// How long an address is answered for, at most, that this node must no longer have, and no other node claims.
    package var release: Duration = .milliseconds(500)
    /// RFC 5227 §1.1: DEFEND_INTERVAL, between defences against a stranger.
    package var defendInterval: Duration = .seconds(10)
    /// When an address that a stranger has is probed for again: the first delay, which doubles up to the limit.
    package var conflictRetry: Duration = .seconds(5)
    package var conflictRetryLimit: Duration = .seconds(60)
    /// A speaker that liveness does not reach counts as present for so long after its latest frame.
    package var presence: Duration = .milliseconds(3500)
    /// How often speakers greet each other while liveness does not reach all of them.
    package var greetingInterval: Duration = .seconds(1)
    /// How long additional speakers must have been reachable before they count.
    package var companyDelay: Duration = .seconds(5)

    // MARK: Beliefs

    /// A challenge is repeated after this time, and the last one is waited for as long.
    package var trialInterval: Duration = .milliseconds(20)
    /// How often one speaker is challenged before it counts as not answering.
    package var trialAsks = 3
    /// The least time between two trials of one speaker about one address that it has not confirmed to have: at first this,
    /// and with every time twice as long.
    package var firstTrialGap: Duration = .milliseconds(50)
    package var trialGap: Duration = .seconds(1)
    /// The time between two questions whether a speaker receives this node's frames.
    package var handshakeGap: Duration = .milliseconds(300)
    /// When a watcher asks a holder that it has learnt of: after this time, and up to `beliefSpread` later.
    package var beliefDelay: Duration = .milliseconds(200)
    package var beliefSpread: Duration = .seconds(1)
    /// A holder is asked again when nothing was received from it for so long: 2.5 times the interval of announcements.
    package var beliefAge: Duration = .seconds(150)
    /// How long a speaker that did not answer a challenge is not believed unless it does.
    package var distrust: Duration = .seconds(10)
    /// How long one that gave way to another's probes waits for its claim.
    package var givingWay: Duration = .milliseconds(300)

    // MARK: Strangers

    /// RFC 5227 §1.1: ANNOUNCE_WAIT. A stranger that answers so long after the last probe for a new address has it.
    package var lateAnswer: Duration = .seconds(2)
    /// When an address that another speaker had is probed for again although a stranger answered: the first delay.
    package var takeoverRetry: Duration = .seconds(1)

    // MARK: Cold start

    /// For how long a speaker's marks say that it is new: until those that started ten seconds after it have looked.
    package var youth: Duration = .seconds(22)
    /// How long after its start a speaker looks whether all others are as new as itself.
    package var coldStart: Duration = .seconds(11)

    package init() {}
}
