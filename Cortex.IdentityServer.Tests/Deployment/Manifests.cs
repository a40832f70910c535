using System.Diagnostics;
using Cortex.IdentityServer.Tests.Contract;
using k8s;
using k8s.Models;

namespace Cortex.IdentityServer.Tests.Deployment;

/// <summary>The Kubernetes manifests of the example, as <c>kubectl kustomize</c> renders them.</summary>
internal sealed class Manifests
{
    private readonly IReadOnlyList<object> _all;

    private Manifests(IReadOnlyList<object> all) => _all = all;

    public V1Deployment Deployment => Assert.Single(_all.OfType<V1Deployment>());

    public V1Job Job => Assert.Single(_all.OfType<V1Job>());

    public V1Container Server => Assert.Single(Deployment.Spec.Template.Spec.Containers);

    public V1ConfigMap ConfigMap => Assert.Single(_all.OfType<V1ConfigMap>());

    public V2HorizontalPodAutoscaler Autoscaler => Assert.Single(_all.OfType<V2HorizontalPodAutoscaler>());

    public V1PodDisruptionBudget DisruptionBudget => Assert.Single(_all.OfType<V1PodDisruptionBudget>());

    public V1Ingress Ingress => Assert.Single(_all.OfType<V1Ingress>());

    public IReadOnlyList<V1Service> Services => [.. _all.OfType<V1Service>()];

    public IReadOnlyList<V1NetworkPolicy> NetworkPolicies => [.. _all.OfType<V1NetworkPolicy>()];

    /// <summary>Everything that runs the image.</summary>
    public IReadOnlyList<V1PodTemplateSpec> Pods => [Deployment.Spec.Template, Job.Spec.Template];

    /// <summary>
    /// Renders the example with <c>kubectl</c>, from the path in <c>CORTEX_TEST_KUBECTL</c> or on <c>PATH</c>; the test is skipped without it.
    /// </summary>
    public static async Task<string> RenderAsync()
    {
        var kubectl = Environment.GetEnvironmentVariable("CORTEX_TEST_KUBECTL") is { Length: > 0 } named
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(kubectl is null, "kubectl is not installed; .ci/run fetches it");
        var start = new ProcessStartInfo(kubectl!, ["kustomize", Path.Combine(Document.Repository, "deploy/kubernetes/example")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var rendered = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        Assert.Empty(await errors); // such as warnings about deprecated fields
        return rendered;
    }

    /// <summary>Reads manifests, and throws if they have a field that Kubernetes doesn't know.</summary>
    public static Manifests Parse(string yaml) => new([.. KubernetesYaml.LoadAllFromString(yaml, strict: true)]);

    public static async Task<Manifests> ReadAsync() => Parse(await RenderAsync());

    /// <summary>The variables that the pod's container gets from the configuration map and directly.</summary>
    public IReadOnlyDictionary<string, string> VariablesOf(V1PodTemplateSpec pod) =>
        ConfigMap.Data.Concat(Assert.Single(pod.Spec.Containers).Env.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)))
            .ToDictionary(StringComparer.Ordinal);
}
