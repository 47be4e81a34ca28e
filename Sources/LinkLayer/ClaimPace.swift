/// The times of a claim.
///
/// RFC 5227 §1.1 asks hosts to probe for five to seven seconds before they use an address. That is for addresses that
/// people choose, on radio links and modems. Here a Service waits, and the medium is a switch: the probes are as many, but
/// closer together. What a slow answer might hide is found out afterwards (RFC 5227 §2.4).
package struct ClaimPace: Hashable, Sendable {
    /// How often the wire is asked for an address that nobody is known to have had (RFC 5227 §1.1: PROBE_NUM);
    /// zero: it is claimed unasked.
    package var probes = 3
    /// The time between those, and after the last.
    package var probeInterval: Duration = .milliseconds(50)
    /// How long an owner that fell silent, or is to hand over, has to answer one single probe.
    package var quickProbeWait: Duration = .milliseconds(30)
    /// When a new owner tells the other speakers that it still is. One that was told to let go did not hear it.
    package var confirmation: Duration = .milliseconds(50)
    /// How long after our claim another speaker's of lower rank may still have been under way.
    package var defenceGap: Duration = .milliseconds(20)
    /// How long an address may be without an owner that is known, before one that could have it asks the wire. Longer than
    /// the time between the first announcements, one of which a newcomer hears.
    package var patience: Duration = .milliseconds(1500)
    /// How long after letting go of an address its new owner must have been heard.
    package var verification: Duration = .milliseconds(1500)
    /// How long an address is answered for, at most, that this node must not have any more, and nobody else claims.
    package var release: Duration = .milliseconds(500)
    /// RFC 5227 §1.1: DEFEND_INTERVAL, between defences against a stranger.
    package var defendInterval: Duration = .seconds(10)
    /// When an address that a stranger has is probed for again: the first delay, which doubles up to the limit.
    package var conflictRetry: Duration = .seconds(5)
    package var conflictRetryLimit: Duration = .seconds(60)
    /// A speaker that is not heard by liveness counts as present for so long after a frame of its.
    package var presence: Duration = .milliseconds(3500)
    /// How often speakers greet each other while liveness does not reach all of them.
    package var greetingInterval: Duration = .seconds(1)
    /// How long more speakers must have been heard before they count.
    package var companyDelay: Duration = .seconds(5)

    package init() {}
}
