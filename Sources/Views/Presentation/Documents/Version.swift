/// What this build is.
package enum Version {
    package static let text = "0.1.0"

    /// What is built in, in the words of the documentation.
    package static let features = ["run", "controller", "speaker", "arp", "ndp", "bgp", "liveness"]

    #if swift(>=6.3)
        package static let swift = "6.3"
    #else
        package static let swift = "6"
    #endif
}
