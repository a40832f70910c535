using System.Globalization;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Configuration;
using Cortex.IdentityServer.Tests.Contract;
using k8s.Models;

namespace Cortex.IdentityServer.Tests.Deployment;

/// <summary>The Kubernetes manifests have only fields that Kubernetes knows, and agree with the server, the image, and each other.</summary>
public sealed partial class KubernetesTests
{
    /// <summary>How long the server finishes requests in progress after it has drained.</summary>
    private const int ShutdownSeconds = 20;

    /// <remarks>The second case shows that the check works: without it, Kubernetes would ignore the field, and the file system would be writable.</remarks>
    [Theory]
    [InlineData("readOnlyRootFilesystem:", null)]
    [InlineData("readonlyRootFilesystem:", "readonlyRootFilesystem")]
    public async Task A_field_that_Kubernetes_does_not_know_is_refused(string field, string? unknown)
    {
        var yaml = (await Manifests.RenderAsync()).Replace("readOnlyRootFilesystem:", field, StringComparison.Ordinal);

        var failure = Record.Exception(() => Manifests.Parse(yaml));

        if (unknown is null)
        {
            Assert.Null(failure);
        }
        else
        {
            Assert.Contains(unknown, failure?.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_variable_is_documented()
    {
        var manifests = await Manifests.ReadAsync();
        var documented = Document.Read("docs/configuration.md").Rows("variable").Select(row => row.Cells[0].Trim('`')).ToList();

        Assert.All(manifests.Pods.SelectMany(manifests.VariablesOf).Select(variable => variable.Key), name => Assert.True(
            documented.Contains(name)
                || (name.EndsWith(SecretFile.Suffix, StringComparison.Ordinal) && SecretFile.Supports(name[..^SecretFile.Suffix.Length])),
            $"{name} isn't in docs/configuration.md"));
    }

    [Fact]
    public async Task Every_value_is_accepted_at_startup()
    {
        var manifests = await Manifests.ReadAsync();

        Assert.All(manifests.Pods, pod => Variables.Read(
            "Production",
            [
                .. manifests.VariablesOf(pod).Where(variable => !variable.Key.EndsWith(SecretFile.Suffix, StringComparison.Ordinal))
                    .Select(variable => (variable.Key, (string?)variable.Value)),
            ]));
    }

    /// <remarks>The commands of the README create the keys.</remarks>
    [Fact]
    public async Task Every_secret_file_is_a_key_of_a_mounted_secret_that_the_README_creates()
    {
        var manifests = await Manifests.ReadAsync();
        var created = SecretKey().Matches(Document.Read("deploy/kubernetes/README.md").Text).Select(key => key.Groups["name"].Value).ToList();

        Assert.All(manifests.Pods, pod => Assert.All(
            manifests.VariablesOf(pod).Where(variable => variable.Key.EndsWith(SecretFile.Suffix, StringComparison.Ordinal)),
            variable =>
            {
                var mount = Assert.Single(
                    pod.Spec.Containers[0].VolumeMounts, mount => mount.MountPath == Path.GetDirectoryName(variable.Value)!.Replace('\\', '/'));
                var secret = Assert.Single(pod.Spec.Volumes, volume => volume.Name == mount.Name).Secret;
                var file = Path.GetFileName(variable.Value);

                Assert.True(secret.Items is null || secret.Items.Any(item => item.Path == file && item.Key == file), $"{file} isn't mounted");
                Assert.Contains(file, created);
            }));
    }

    [Fact]
    public async Task The_ports_agree()
    {
        var manifests = await Manifests.ReadAsync();
        var ports = manifests.Server.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);
        var exposed = Assert.Single(Document.Read("Dockerfile").Text.Split('\n'), line => line.StartsWith("EXPOSE ", StringComparison.Ordinal));
        var services = manifests.Services.ToDictionary(service => service.Metadata.Name);
        var backend = manifests.Ingress.Spec.Rules.Single().Http.Paths.Single().Backend.Service;

        Assert.Equal(["http", "management"], ports.Keys.Order(StringComparer.Ordinal));
        Assert.Contains($"{ports["http"]}", exposed.Split(' '));
        Assert.Equal(manifests.ConfigMap.Data["MANAGEMENT_URLS"], $"http://*:{ports["management"]}");
        Assert.Equal("http", manifests.Server.StartupProbe.TcpSocket.Port.Value);
        Assert.Equal(("management", "/health/live"), (manifests.Server.LivenessProbe.HttpGet.Port.Value, manifests.Server.LivenessProbe.HttpGet.Path));
        Assert.Equal(("management", "/health/ready"), (manifests.Server.ReadinessProbe.HttpGet.Port.Value, manifests.Server.ReadinessProbe.HttpGet.Path));
        Assert.All(manifests.Services, service => Assert.Equal(service.Spec.Ports.Single().Name, service.Spec.Ports.Single().TargetPort.Value));
        Assert.All(
            manifests.NetworkPolicies.SelectMany(policy => policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports),
            port => Assert.Contains(port.Port.Value, ports.Keys));
        Assert.Equal("http", backend.Port.Name);
        Assert.Equal("http", services[backend.Name].Spec.Ports.Single().Name);
    }

    /// <remarks>Otherwise Kubernetes would kill the server while it still finishes requests.</remarks>
    [Fact]
    public async Task A_pod_has_enough_time_to_end()
    {
        var manifests = await Manifests.ReadAsync();
        var drain = int.Parse(manifests.ConfigMap.Data["DRAIN_SECONDS"], CultureInfo.InvariantCulture);
        var pause = manifests.Server.Lifecycle.PreStop.Sleep.Seconds;

        Assert.True(manifests.Deployment.Spec.Template.Spec.TerminationGracePeriodSeconds > pause + drain + ShutdownSeconds);
    }

    [Fact]
    public async Task Every_pod_runs_as_the_images_account_without_privileges()
    {
        var manifests = await Manifests.ReadAsync();

        Assert.All(manifests.Pods.Select(pod => pod.Spec), pod =>
        {
            var container = Assert.Single(pod.Containers);
            Assert.Equal(1654, pod.SecurityContext.RunAsUser); // APP_UID of Microsoft's images
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.NotNull(container.Resources.Limits["memory"]);
            Assert.All(container.VolumeMounts.Where(mount => mount.MountPath != "/tmp"), mount => Assert.True(mount.ReadOnlyProperty));
        });
    }

    [Fact]
    public async Task An_update_or_a_drained_node_leaves_a_replica_running()
    {
        var manifests = await Manifests.ReadAsync();

        Assert.Equal("0", manifests.Deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
        Assert.True(manifests.Autoscaler.Spec.MinReplicas >= 2);
        Assert.Equal("1", manifests.DisruptionBudget.Spec.MaxUnavailable.Value);
        Assert.Equal(manifests.Deployment.Metadata.Name, manifests.Autoscaler.Spec.ScaleTargetRef.Name);
    }

    [Fact]
    public async Task Every_selector_matches_the_labels_of_a_pod()
    {
        var manifests = await Manifests.ReadAsync();
        var server = manifests.Deployment.Spec.Template.Metadata.Labels;

        Assert.All(
            manifests.Services.Select(service => service.Spec.Selector)
                .Append(manifests.Deployment.Spec.Selector.MatchLabels)
                .Append(manifests.DisruptionBudget.Spec.Selector.MatchLabels),
            selector => Assert.True(Matches(selector, server)));
        Assert.All(manifests.Pods, pod => Assert.Single(
            manifests.NetworkPolicies, policy => Matches(policy.Spec.PodSelector.MatchLabels, pod.Metadata.Labels)));
    }

    [Fact]
    public async Task The_example_runs_this_version()
    {
        var manifests = await Manifests.ReadAsync();

        Assert.All(manifests.Pods, pod => Assert.EndsWith($":{Product.Version}", pod.Spec.Containers[0].Image, StringComparison.Ordinal));
    }

    private static bool Matches(IDictionary<string, string> selector, IDictionary<string, string> labels) =>
        selector.Count > 0 && selector.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);

    [GeneratedRegex(@"--from-(literal|file)=(?<name>[\w-]+)=", RegexOptions.ExplicitCapture)]
    private static partial Regex SecretKey();
}
