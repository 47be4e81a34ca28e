import TestSupport
import Testing

/// Martlet's speaker against the BGP daemons of others, in network namespaces.
@Suite("BGP with other daemons", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct BGPInteropTests {}
