using ActiveInas.Compute.Cpu.Convolutions;

namespace ActiveInas.Compute.Cpu;

/// <content>Convolutions: which engine runs them, and what lies around it.</content>
internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    private readonly Dictionary<(ConvolutionShape Shape, TensorShape X, TensorShape Y), IConvolution<T, S, V, L>> _chosen = [];

    public void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        OperationGuard.Convolution(shape, x, nameof(x), w, y, nameof(y));
        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S> target = Own(y);
        IConvolution<T, S, V, L> engine = EngineOf(shape, source, target);
        if (norm is null)
        {
            engine.Forward(shape, source, Own(w.Values), target, default);
            return;
        }

        OperationGuard.BatchNorm(norm, y, null, y);
        if (target.Layout.IsImage)
        {
            engine.Forward(shape, source, Own(w.Values), target, default);
            _plain.BatchNormStatistics(norm, y);
            return;
        }

        ImageChunks chunks = engine.ChunksOf(shape, source.Layout, target);
        float* partials = StatisticsPartials(chunks);
        _statistics.Of(target, chunks, partials);
        engine.Forward(shape, source, Own(w.Values), target, Epilogue<T, S, V, L>.Measured(_statistics));
        _statistics.End(_work.Pool);
        CombineStatistics(norm, target, chunks, partials);
    }

    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
    {
        OperationGuard.ConvolutionInference(shape, x, w, norm, residual, y);
        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S> target = Own(y);
        EngineOf(shape, source, target).Forward(shape, source, Own(w.Values), target, InferenceEpilogue(norm, residual, relu));
    }

    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
    {
        OperationGuard.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);
        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S> convolved = Own(between);
        CpuTensor<T, float, S> pooled = Own(y);
        IConvolution<T, S, V, L> engine = EngineOf(shape, source, convolved);
        Epilogue<T, S, V, L> epilogue = InferenceEpilogue(norm, null, relu: true);
        if (engine.Pools(shape, source.Layout, convolved.Layout))
        {
            engine.Forward(shape, source, Own(w.Values), convolved, epilogue, pooled);
            return;
        }

        engine.Forward(shape, source, Own(w.Values), convolved, epilogue);
        MaxPool(convolved, pooled);
    }

    public void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        OperationGuard.Convolution(shape, dx, nameof(dx), w, dy, nameof(dy));
        CpuTensor<T, float, S> source = Own(dy);
        CpuTensor<T, float, S> target = Own(dx);
        EngineOf(shape, target, source).BackwardData(shape, source, Own(w.Values), target, accumulate);
    }

    public void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w)
    {
        OperationGuard.Convolution(shape, x, nameof(x), w, dy, nameof(dy));
        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S> gradient = Own(dy);
        EngineOf(shape, source, gradient).BackwardWeights(shape, source, gradient, Own(w.Gradient));
    }

    /// <summary>The first engine that takes the convolution, found once a shape.</summary>
    private IConvolution<T, S, V, L> EngineOf(ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> y)
    {
        if (!_chosen.TryGetValue((shape, x.Shape, y.Shape), out IConvolution<T, S, V, L>? engine))
        {
            engine = Choose(shape, x.Layout, y.Layout);
            _chosen.Add((shape, x.Shape, y.Shape), engine);
        }

        return engine;
    }

    private IConvolution<T, S, V, L> Choose(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => _engines.First(engine => engine.Takes(shape, x, y));

    /// <summary>Batch normalisation with the running statistics; valid until the next call.</summary>
    private Epilogue<T, S, V, L> InferenceEpilogue(BatchNorm norm, Tensor? residual, bool relu)
    {
        float* factors = InferenceFactors(norm);
        return new Epilogue<T, S, V, L>(factors, factors + PaddedChannels(norm), residual is null ? null : Own(residual), relu);
    }
}
