/// What this build is.
enum Version {
    static let text = "0.1.0"

    /// What is built in, in the words of the documentation.
    static let features = ["run", "controller", "speaker", "arp", "ndp", "bgp", "liveness"]

    #if swift(>=6.3)
        static let swift = "6.3"
    #else
        static let swift = "6"
    #endif
}
