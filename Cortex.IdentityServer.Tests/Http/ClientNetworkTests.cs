using System.Net;
using Cortex.IdentityServer.Http.RateLimits;

namespace Cortex.IdentityServer.Tests.Http;

/// <remarks>One customer gets a whole /64 of IPv6: counting its addresses apart would be no limit.</remarks>
public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "::/64")]
    public void IPv4_counts_by_address_and_IPv6_by_its_64(string address, string network) => Assert.Equal(network, ClientNetwork.Of(IPAddress.Parse(address)));

    [Fact]
    public void Callers_without_an_address_share_one_count() => Assert.Equal("unknown", ClientNetwork.Of(null));
}
