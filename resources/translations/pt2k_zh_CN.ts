<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About PT2K</source>
        <translation>关于 PT2K</translation>
    </message>
    <message>
        <source>Turns a PyTorch model into a Keras model and shows that the two are the same.</source>
        <translation>把 PyTorch 模型变成 Keras 模型，并证明两者相同。</translation>
    </message>
    <message>
        <source>Component</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>MIT licence. MNIST by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0. Icons: Lucide, ISC licence. PT2K sends nothing anywhere and downloads nothing.</source>
        <translation>MIT 许可证。MNIST 由 Y. LeCun、C. Cortes 和 C. Burges 制作，CC BY-SA 3.0。图标：Lucide，ISC 许可证。PT2K 不发送也不下载任何数据。</translation>
    </message>
    <message>
        <source>Show the crash log</source>
        <translation>显示崩溃日志</translation>
    </message>
</context>
<context>
    <name>BottomBar</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>Is it the same?</source>
        <translation>结果相同吗？</translation>
    </message>
    <message>
        <source>The same samples go through PyTorch, ONNX Runtime and Keras.</source>
        <translation>同样的样本分别通过 PyTorch、ONNX Runtime 和 Keras。</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>Choose the samples and run the check.</source>
        <translation>选择样本并运行检查。</translation>
    </message>
    <message>
        <source>Test digits</source>
        <translation>测试数字</translation>
    </message>
    <message>
        <source>Random values</source>
        <translation>随机值</translation>
    </message>
    <message>
        <source>A file of numbers</source>
        <translation>数值文件</translation>
    </message>
    <message>
        <source>Arrays and tables (*.npy *.npz *.csv *.tsv)</source>
        <translation>数组和表格 (*.npy *.npz *.csv *.tsv)</translation>
    </message>
    <message>
        <source>Seed of the random values</source>
        <translation>随机数的种子</translation>
    </message>
    <message>
        <source>How the images are prepared</source>
        <translation>图像的预处理方式</translation>
    </message>
    <message>
        <source>The same seed gives the same values.</source>
        <translation>相同的种子给出相同的数值。</translation>
    </message>
    <message>
        <source>Keras trains otherwise.</source>
        <translation>Keras 的训练结果不同。</translation>
    </message>
    <message>
        <source>A folder of images</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source> samples</source>
        <translation> 个样本</translation>
    </message>
    <message>
        <source>How many samples</source>
        <translation>样本数量</translation>
    </message>
    <message>
        <source>No samples were chosen.</source>
        <translation>没有选择样本。</translation>
    </message>
    <message>
        <source>Choose a file or a folder.</source>
        <translation>请选择文件或文件夹。</translation>
    </message>
    <message>
        <source>Comparing the backends</source>
        <translation>正在比较各后端</translation>
    </message>
    <message>
        <source>The check was cancelled.</source>
        <translation>检查已取消。</translation>
    </message>
    <message>
        <source>Run it again when you like.</source>
        <translation>可随时重新运行。</translation>
    </message>
    <message>
        <source>Stale</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>What you see was measured before the last change. Check again.</source>
        <translation>这里显示的是上次更改之前的结果。请重新检查。</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>正在比较</translation>
    </message>
    <message>
        <source>PyTorch, ONNX Runtime and Keras get the same samples.</source>
        <translation>PyTorch、ONNX Runtime 和 Keras 使用相同的样本。</translation>
    </message>
    <message>
        <source>Reading the drawing</source>
        <translation>正在识别绘图</translation>
    </message>
    <message>
        <source>Timing the backends</source>
        <translation>正在测量各后端的速度</translation>
    </message>
</context>
<context>
    <name>ConvertPage</name>
    <message>
        <source>Convert</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>The model is exported to ONNX, checked in ONNX Runtime, and built again from Keras&apos;s own layers.</source>
        <translation>模型先导出为 ONNX，在 ONNX Runtime 中检查，再用 Keras 自带的层重建。</translation>
    </message>
    <message>
        <source>Conversion</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>阶段</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>The table says what each ONNX operator became.</source>
        <translation>此表列出每个 ONNX 算子变成了什么。</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation>变为</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Export to ONNX</source>
        <translation>导出为 ONNX</translation>
    </message>
    <message>
        <source>Check the ONNX file</source>
        <translation>检查 ONNX 文件</translation>
    </message>
    <message>
        <source>Compare with PyTorch</source>
        <translation>与 PyTorch 比较</translation>
    </message>
    <message>
        <source>Build the Keras model</source>
        <translation>构建 Keras 模型</translation>
    </message>
    <message>
        <source>Write the .keras file</source>
        <translation>写入 .keras 文件</translation>
    </message>
    <message>
        <source>PT2K (stock Keras layers)</source>
        <translation>PT2K（Keras 自带的层）</translation>
    </message>
    <message>
        <source>onnx2keras (for comparison)</source>
        <translation>onnx2keras（用于对比）</translation>
    </message>
    <message>
        <source>A twin to train further: BatchNorm and Dropout stay layers</source>
        <translation>可继续训练的孪生模型：保留 BatchNorm 和 Dropout 层</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>What follows was made before the last change.</source>
        <translation>下面的结果产生于上次更改之前。</translation>
    </message>
    <message>
        <source>Convert again.</source>
        <translation>请重新转换。</translation>
    </message>
    <message>
        <source>Convert again</source>
        <translation>重新转换</translation>
    </message>
    <message>
        <source>Exporting to ONNX</source>
        <translation>正在导出为 ONNX</translation>
    </message>
    <message>
        <source>Building the Keras model</source>
        <translation>正在构建 Keras 模型</translation>
    </message>
    <message>
        <source>not needed for this model</source>
        <translation>此模型不需要</translation>
    </message>
    <message>
        <source>{0} Keras layers, {1} parameters, {2} transposes, {3} nodes folded away</source>
        <translation>{0} 个 Keras 层，{1} 个参数，{2} 个转置，折叠了 {3} 个节点</translation>
    </message>
    <message>
        <source>Converted: {0} MB of stock Keras.</source>
        <translation>已转换：{0} MB，全部为 Keras 自带的层。</translation>
    </message>
    <message>
        <source>Converted, but {0} Lambda layers do not open elsewhere.</source>
        <translation>已转换，但有 {0} 个 Lambda 层无法在别处打开。</translation>
    </message>
    <message>
        <source>unsupported</source>
        <translation>不支持</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>The conversion was cancelled.</source>
        <translation>转换已取消。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有任何更改。</translation>
    </message>
</context>
<context>
    <name>CrashLogDialog</name>
    <message>
        <source>Crash log</source>
        <translation>崩溃日志</translation>
    </message>
    <message>
        <source>Errors that PT2K did not foresee, the latest run first. It stays on this computer.</source>
        <translation>PT2K 未预料到的错误，最近一次运行在前。内容只保留在这台电脑上。</translation>
    </message>
    <message>
        <source>Nothing went wrong so far: the crash log is empty.</source>
        <translation>目前一切正常：崩溃日志为空。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>打开日志文件夹</translation>
    </message>
</context>
<context>
    <name>DigitGrid</name>
    <message>
        <source>Previous samples</source>
        <translation>上一页样本</translation>
    </message>
    <message>
        <source>Next samples</source>
        <translation>下一页样本</translation>
    </message>
    <message>
        <source>Disagreements</source>
        <translation>不一致</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>差异大的在前</translation>
    </message>
    <message>
        <source>Rows and columns</source>
        <translation>行数和列数</translation>
    </message>
    <message>
        <source>{0} to {1} of {2}</source>
        <translation>第 {0} 到 {1} 个，共 {2} 个</translation>
    </message>
    <message>
        <source>Answers:</source>
        <translation>答案：</translation>
    </message>
</context>
<context>
    <name>DrawPad</name>
    <message>
        <source>Draw a digit</source>
        <translation>画一个数字</translation>
    </message>
    <message>
        <source>Draw a digit here</source>
        <translation>在此画一个数字</translation>
    </message>
</context>
<context>
    <name>DropArea</name>
    <message>
        <source>Drop a PyTorch or ONNX file here</source>
        <translation>将 PyTorch 或 ONNX 文件拖到这里</translation>
    </message>
    <message>
        <source>.pt2  .pt  .pth  .ckpt  .safetensors  .onnx</source>
        <translation>.pt2  .pt  .pth  .ckpt  .safetensors  .onnx</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
</context>
<context>
    <name>FormatRow</name>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Copy snippet</source>
        <translation>复制代码片段</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>完全一致</translation>
    </message>
    <message>
        <source>fails</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Time for one sample alone; answers that are the Keras model&apos;s; right answers.</source>
        <translation>单个样本所需时间；与 Keras 模型相同的答案；正确的答案。</translation>
    </message>
    <message>
        <source>{0} ms</source>
        <translation>{0} 毫秒</translation>
    </message>
    <message>
        <source>{0} same</source>
        <translation>{0} 相同</translation>
    </message>
    <message>
        <source>accuracy {0}</source>
        <translation>准确率 {0}</translation>
    </message>
    <message>
        <source>accuracy {0}, was {1}</source>
        <translation>准确率 {0}，原为 {1}</translation>
    </message>
</context>
<context>
    <name>ImageForm</name>
    <message>
        <source>How the images are prepared</source>
        <translation>图像的预处理方式</translation>
    </message>
    <message>
        <source>As they were for the training of the model. Pixels are scaled to [0, 1] first.</source>
        <translation>与训练模型时相同。像素首先缩放到 [0, 1]。</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Red, green, blue</source>
        <translation>红、绿、蓝</translation>
    </message>
    <message>
        <source>Blue, green, red</source>
        <translation>蓝、绿、红</translation>
    </message>
    <message>
        <source>Stretched to the size</source>
        <translation>拉伸到该尺寸</translation>
    </message>
    <message>
        <source>Cut from the middle, in proportion</source>
        <translation>按比例从中间裁剪</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Height and width</source>
        <translation>高和宽</translation>
    </message>
    <message>
        <source>Images are</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>The {0} needs one number, or one for each of the {1} channels.</source>
        <translation>{0}需要一个数，或者为 {1} 个通道各给一个数。</translation>
    </message>
    <message>
        <source>The standard deviation must be above 0.</source>
        <translation>标准差必须大于 0。</translation>
    </message>
</context>
<context>
    <name>InputPage</name>
    <message>
        <source>What goes in?</source>
        <translation>输入什么？</translation>
    </message>
    <message>
        <source>Words stay dynamic, numbers are fixed. After each change the model is run once on random values.</source>
        <translation>文字表示可变大小，数字表示固定大小。每次更改后，模型会用随机值运行一次。</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>sequence of {0}</source>
        <translation>长度 {0} 的序列</translation>
    </message>
    <message>
        <source>As proposed</source>
        <translation>恢复建议值</translation>
    </message>
    <message>
        <source>Dry run</source>
        <translation>试运行</translation>
    </message>
    <message>
        <source>Axis order of the Keras model</source>
        <translation>Keras 模型的轴顺序</translation>
    </message>
    <message>
        <source>batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>height</source>
        <translation>高</translation>
    </message>
    <message>
        <source>width</source>
        <translation>宽</translation>
    </message>
    <message>
        <source>Keras: channels last</source>
        <translation>Keras：通道在最后</translation>
    </message>
    <message>
        <source>PyTorch: every axis stays</source>
        <translation>PyTorch：各轴不变</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>取值</translation>
    </message>
    <message>
        <source>Shape of {0}</source>
        <translation>{0} 的形状</translation>
    </message>
    <message>
        <source>Value of {0}</source>
        <translation>{0} 的值</translation>
    </message>
    <message>
        <source>stays as it is</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Type of {0}</source>
        <translation>{0} 的类型</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>真或假</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>正态分布</translation>
    </message>
    <message>
        <source>smallest</source>
        <translation>最小值</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>to</source>
        <translation>到</translation>
    </message>
    <message>
        <source>An axis of {0} is empty.</source>
        <translation>{0} 有一个轴是空的。</translation>
    </message>
    <message>
        <source>Enter a number or a word.</source>
        <translation>请输入数字或文字。</translation>
    </message>
    <message>
        <source>Trying the model on random values of these shapes</source>
        <translation>正在用这些形状的随机值试运行模型</translation>
    </message>
    <message>
        <source>Trying the model</source>
        <translation>正在试运行模型</translation>
    </message>
    <message>
        <source>{0} goes in, {1} comes out</source>
        <translation>输入 {0}，输出 {1}</translation>
    </message>
    <message>
        <source>The dry run was cancelled</source>
        <translation>试运行已取消</translation>
    </message>
    <message>
        <source>Change a shape to run it again.</source>
        <translation>更改形状即可重新运行。</translation>
    </message>
    <message>
        <source>This model takes no images, so both give the same input.</source>
        <translation>此模型不接受图像，因此两者的输入相同。</translation>
    </message>
    <message>
        <source>Where the channels of image-like inputs and outputs stand. The values are the same either way.</source>
        <translation>决定图像类输入和输出的通道位置。两种方式的数值相同。</translation>
    </message>
</context>
<context>
    <name>LayerTree</name>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
</context>
<context>
    <name>LayersTab</name>
    <message>
        <source>Not compared yet.</source>
        <translation>尚未比较。</translation>
    </message>
    <message>
        <source>Keras layer</source>
        <translation>Keras 层</translation>
    </message>
    <message>
        <source>ONNX value</source>
        <translation>ONNX 值</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>最大差异</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对值</translation>
    </message>
    <message>
        <source>Only files of the native engine say which layer computes which ONNX value.</source>
        <translation>只有 PT2K 引擎的文件会说明哪一层计算哪个 ONNX 值。</translation>
    </message>
    <message>
        <source>No layers to compare.</source>
        <translation>没有可比较的层。</translation>
    </message>
    <message>
        <source>{0} is the first layer that departs: {1} relative.</source>
        <translation>{0} 是第一个出现偏差的层：相对偏差 {1}。</translation>
    </message>
    <message>
        <source>No layer departs: {0} layers were compared.</source>
        <translation>没有层出现偏差：比较了 {0} 层。</translation>
    </message>
</context>
<context>
    <name>LogPane</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Nothing was logged yet.</source>
        <translation>还没有日志。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>PT2K did not end in order on {0}. Every finished step with {1} is still there.</source>
        <translation>PT2K 在 {0} 没有正常结束。{1} 已完成的每一步都还在。</translation>
    </message>
    <message>
        <source>Go on where you stopped?</source>
        <translation>从上次中断处继续？</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Begin anew</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Written to the crash log (Help): {0}</source>
        <translation>已写入崩溃日志（帮助）：{0}</translation>
    </message>
    <message>
        <source>The settings were damaged. They begin anew; the old file is kept as {0}.</source>
        <translation>设置已损坏，将重新开始；旧文件保存为 {0}。</translation>
    </message>
    <message>
        <source>A job is still running. Closing cancels it.</source>
        <translation>有任务仍在运行。关闭会取消它。</translation>
    </message>
    <message>
        <source>The converted model was not saved.</source>
        <translation>转换后的模型尚未保存。</translation>
    </message>
    <message>
        <source>Close PT2K?</source>
        <translation>关闭 PT2K？</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>留下</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>Which model?</source>
        <translation>哪个模型？</translation>
    </message>
    <message>
        <source>Open a PyTorch or ONNX file, or train a small digit classifier to see how it works.</source>
        <translation>打开 PyTorch 或 ONNX 文件，或者训练一个小型数字分类器来了解流程。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Digits, MLP</source>
        <translation>数字，MLP</translation>
    </message>
    <message>
        <source>the tutorial&apos;s</source>
        <translation>教程中的网络</translation>
    </message>
    <message>
        <source>Digits, CNN</source>
        <translation>数字，CNN</translation>
    </message>
    <message>
        <source>with BatchNorm</source>
        <translation>含 BatchNorm</translation>
    </message>
    <message>
        <source>Train a digit classifier</source>
        <translation>训练数字分类器</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Stop and keep the best</source>
        <translation>停止并保留最佳</translation>
    </message>
    <message>
        <source>Choose another model</source>
        <translation>选择其他模型</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>The files that you open will be listed here.</source>
        <translation>你打开过的文件会列在这里。</translation>
    </message>
    <message>
        <source>Models ({0});;All files (*)</source>
        <translation>模型 ({0});;所有文件 (*)</translation>
    </message>
    <message>
        <source>Another job is running.</source>
        <translation>另一个任务正在运行。</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it first.</source>
        <translation>请等待它完成，或先取消。</translation>
    </message>
    <message>
        <source>Opening {0}</source>
        <translation>正在打开 {0}</translation>
    </message>
    <message>
        <source>Allow four times as long</source>
        <translation>允许四倍的时间</translation>
    </message>
    <message>
        <source>Allow twice the memory</source>
        <translation>允许两倍的内存</translation>
    </message>
    <message>
        <source>Reading the digits</source>
        <translation>正在读取数字</translation>
    </message>
    <message>
        <source>Epoch {0}, step {1} of {2}: loss {3}. {4} left</source>
        <translation>第 {0} 轮，第 {1}/{2} 步：损失 {3}。剩余 {4}</translation>
    </message>
    <message>
        <source>Stopping; the best epoch is kept</source>
        <translation>正在停止；将保留最佳的一轮</translation>
    </message>
    <message>
        <source>Opening the trained network</source>
        <translation>正在打开训练好的网络</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>{0}, {1} trainable</source>
        <translation>{0}，其中 {1} 个可训练</translation>
    </message>
    <message>
        <source>File size</source>
        <translation>文件大小</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Kept epoch</source>
        <translation>保留的轮次</translation>
    </message>
    <message>
        <source>Test accuracy</source>
        <translation>测试准确率</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>说明</translation>
    </message>
</context>
<context>
    <name>NeedsDialog</name>
    <message>
        <source>Before this file can be opened</source>
        <translation>打开此文件之前</translation>
    </message>
    <message>
        <source>Open it all the same; what is missing keeps its first values</source>
        <translation>仍然打开；缺少的部分保留初始值</translation>
    </message>
    <message>
        <source>Use only its tensors</source>
        <translation>只用其中的张量</translation>
    </message>
    <message>
        <source>Runs nothing of this file; you name the class that the tensors belong to.</source>
        <translation>不运行此文件的任何代码；由您指明这些张量所属的类。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The weights of {0} do not fit {1}.</source>
        <translation>{0} 的权重与 {1} 不相符。</translation>
    </message>
    <message>
        <source>Choose another class, change its arguments, or take what fits.</source>
        <translation>请选择其他类、修改其参数，或只采用相符的部分。</translation>
    </message>
    <message>
        <source>{0} holds weights, but not the network that they belong to.</source>
        <translation>{0} 只含权重，不含它们所属的网络。</translation>
    </message>
    <message>
        <source>Choose its class, or make the network again from its tensors.</source>
        <translation>请选择它的类，或根据张量重建网络。</translation>
    </message>
    <message>
        <source>Choose its class.</source>
        <translation>请选择它的类。</translation>
    </message>
    <message>
        <source>Fill in what it asks for; what stays empty keeps its default.</source>
        <translation>请填写所需内容；留空的保持默认值。</translation>
    </message>
    <message>
        <source>Look at what would run, and agree only if you trust it.</source>
        <translation>请查看将要运行的内容，信任它才同意。</translation>
    </message>
    <message>
        <source>Run this code</source>
        <translation>运行此代码</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>File: {0}</source>
        <translation>文件：{0}</translation>
    </message>
    <message>
        <source>SHA-256: {0}</source>
        <translation>SHA-256：{0}</translation>
    </message>
    <message>
        <source>It would import these names:</source>
        <translation>它会导入这些名称：</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Scanner&apos;s word</source>
        <translation>扫描结果</translation>
    </message>
    <message>
        <source>Its code:</source>
        <translation>它的代码：</translation>
    </message>
    <message>
        <source>Python files beside it that would run:</source>
        <translation>旁边将会运行的 Python 文件：</translation>
    </message>
    <message>
        <source>Code in a model file can do whatever you can do on this machine. Agree only if you trust where the file comes from. The answer is remembered for this very content and can be taken back in the settings.</source>
        <translation>模型文件中的代码能在这台电脑上做你能做的任何事。只有在信任文件来源时才同意。此回答只对这份内容有效，并可在设置中撤回。</translation>
    </message>
    <message>
        <source>the file itself</source>
        <translation>文件本身</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>model.py, model.py:Class, torchvision.models:resnet18 or timm:NAME</source>
        <translation>model.py、model.py:Class、torchvision.models:resnet18 或 timm:NAME</translation>
    </message>
    <message>
        <source>Python file</source>
        <translation>Python 文件</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类</translation>
    </message>
    <message>
        <source>In that file</source>
        <translation>该文件中</translation>
    </message>
    <message>
        <source>Make it again from its tensors: {0}</source>
        <translation>根据张量重建：{0}</translation>
    </message>
    <message>
        <source>Or</source>
        <translation>或者</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>a Python literal</source>
        <translation>Python 字面量</translation>
    </message>
    <message>
        <source>{0} keys match, {1} differ.</source>
        <translation>{0} 个键匹配，{1} 个不同。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>In the file</source>
        <translation>文件中</translation>
    </message>
    <message>
        <source>In the class</source>
        <translation>类中</translation>
    </message>
    <message>
        <source>The file with the class</source>
        <translation>包含该类的文件</translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation>Python (*.py)</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
</context>
<context>
    <name>NumbersTab</name>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Against</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>Same answer</source>
        <translation>答案相同</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对值</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>All samples</source>
        <translation>全部样本</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Which answers</source>
        <translation>哪些答案</translation>
    </message>
    <message>
        <source>Largest difference of each sample</source>
        <translation>每个样本的最大差异</translation>
    </message>
    <message>
        <source>Answer against answer</source>
        <translation>答案对照</translation>
    </message>
    <message>
        <source>Every sample, worst first</source>
        <translation>所有样本，差异最大的在前</translation>
    </message>
    <message>
        <source>Noise floor {0} (estimated), Keras&apos;s distance from float32 {1}; up to {2} passes.</source>
        <translation>噪声下限 {0}（估计值），Keras 与 float32 的距离 {1}；不超过 {2} 即通过。</translation>
    </message>
    <message>
        <source>True label</source>
        <translation>真实标签</translation>
    </message>
    <message>
        <source>Noise floor {0}, Keras&apos;s distance from float64 {1}; up to {2} passes.</source>
        <translation>噪声下限 {0}，Keras 与 float64 的距离 {1}；不超过 {2} 即通过。</translation>
    </message>
    <message>
        <source>All outputs</source>
        <translation>所有输出</translation>
    </message>
    <message>
        <source>True label / {0}</source>
        <translation>真实标签 / {0}</translation>
    </message>
    <message>
        <source>There are no classes to compare.</source>
        <translation>没有可比较的类别。</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
<context>
    <name>Phrases</name>
    <message>
        <source>Reading the digits</source>
        <translation>正在读取数字</translation>
    </message>
    <message>
        <source>Epoch {0} of {1}</source>
        <translation>第 {0} 轮，共 {1} 轮</translation>
    </message>
    <message>
        <source>Measuring on the test digits</source>
        <translation>正在用测试数字测量</translation>
    </message>
    <message>
        <source>Writing the file</source>
        <translation>正在写文件</translation>
    </message>
    <message>
        <source>Looking for code in the export program</source>
        <translation>正在检查导出程序中的代码</translation>
    </message>
    <message>
        <source>Opening the export program</source>
        <translation>正在打开导出程序</translation>
    </message>
    <message>
        <source>Opening the TorchScript archive</source>
        <translation>正在打开 TorchScript 文件</translation>
    </message>
    <message>
        <source>Opening the ONNX file</source>
        <translation>正在打开 ONNX 文件</translation>
    </message>
    <message>
        <source>Opening the models</source>
        <translation>正在打开模型</translation>
    </message>
    <message>
        <source>Opening the Keras model</source>
        <translation>正在打开 Keras 模型</translation>
    </message>
    <message>
        <source>Opening the files in a fresh process</source>
        <translation>正在新进程中打开文件</translation>
    </message>
    <message>
        <source>Reading the weights</source>
        <translation>正在读取权重</translation>
    </message>
    <message>
        <source>Making the network</source>
        <translation>正在创建网络</translation>
    </message>
    <message>
        <source>Trying the input shapes</source>
        <translation>正在试用输入形状</translation>
    </message>
    <message>
        <source>Exporting to ONNX</source>
        <translation>正在导出为 ONNX</translation>
    </message>
    <message>
        <source>Checking the ONNX file</source>
        <translation>正在检查 ONNX 文件</translation>
    </message>
    <message>
        <source>Running it in ONNX Runtime</source>
        <translation>正在 ONNX Runtime 中运行</translation>
    </message>
    <message>
        <source>Building the Keras model</source>
        <translation>正在构建 Keras 模型</translation>
    </message>
    <message>
        <source>onnx2keras builds the layers</source>
        <translation>onnx2keras 正在构建层</translation>
    </message>
    <message>
        <source>Writing the .keras file</source>
        <translation>正在写 .keras 文件</translation>
    </message>
    <message>
        <source>Writing the arrays</source>
        <translation>正在写数组</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在写报告</translation>
    </message>
    <message>
        <source>Comparing layer by layer</source>
        <translation>正在逐层比较</translation>
    </message>
    <message>
        <source>{0} of {1} samples</source>
        <translation>{0} / {1} 个样本</translation>
    </message>
    <message>
        <source>Opening {0}</source>
        <translation>正在打开 {0}</translation>
    </message>
    <message>
        <source>Reading {0}</source>
        <translation>正在读取 {0}</translation>
    </message>
    <message>
        <source>Writing {0}</source>
        <translation>正在写 {0}</translation>
    </message>
    <message>
        <source>{0} nodes, opset {1}, {2} exporter</source>
        <translation>{0} 个节点，opset {1}，{2} 导出器</translation>
    </message>
    <message>
        <source>{0} nodes, opset {1}</source>
        <translation>{0} 个节点，opset {1}</translation>
    </message>
    <message>
        <source>{0} MB, accepted by onnx.checker</source>
        <translation>{0} MB，通过 onnx.checker 检查</translation>
    </message>
    <message>
        <source>largest difference {0}</source>
        <translation>最大差异 {0}</translation>
    </message>
    <message>
        <source>{0} layers, {1} parameters</source>
        <translation>{0} 层，{1} 个参数</translation>
    </message>
    <message>
        <source>export program</source>
        <translation>导出程序</translation>
    </message>
    <message>
        <source>checkpoint</source>
        <translation>检查点</translation>
    </message>
    <message>
        <source>legacy checkpoint</source>
        <translation>旧版检查点</translation>
    </message>
    <message>
        <source>trained here</source>
        <translation>在此训练</translation>
    </message>
    <message>
        <source>Half precision weights were widened to float32.</source>
        <translation>半精度权重已扩展为 float32。</translation>
    </message>
    <message>
        <source>converted</source>
        <translation>已转换</translation>
    </message>
    <message>
        <source>folded away</source>
        <translation>已折叠</translation>
    </message>
    <message>
        <source>absorbed</source>
        <translation>已并入</translation>
    </message>
    <message>
        <source>Keras gives the same answers.</source>
        <translation>Keras 给出相同的答案。</translation>
    </message>
    <message>
        <source>Keras gives other answers.</source>
        <translation>Keras 给出不同的答案。</translation>
    </message>
    <message>
        <source>{0} of {1} digits agree; the largest difference is {2}, {3}&apos;s own rounding is {4}.</source>
        <translation>{1} 个数字中有 {0} 个一致；最大差异为 {2}，{3} 自身的舍入误差为 {4}。</translation>
    </message>
    <message>
        <source>{0} of {1} samples agree; the largest difference is {2}, {3}&apos;s own rounding is {4}.</source>
        <translation>{1} 个样本中有 {0} 个一致；最大差异为 {2}，{3} 自身的舍入误差为 {4}。</translation>
    </message>
    <message>
        <source>{0} samples were compared; the largest difference is {1}, {2}&apos;s own rounding is {3}.</source>
        <translation>比较了 {0} 个样本；最大差异为 {1}，{2} 自身的舍入误差为 {3}。</translation>
    </message>
    <message>
        <source>Dropout was switched off on both sides: its choices are random.</source>
        <translation>两边都关闭了 Dropout：它的选择是随机的。</translation>
    </message>
    <message>
        <source>Skipped, because they can&apos;t be read as images: {0}.</source>
        <translation>已跳过无法作为图像读取的文件：{0}。</translation>
    </message>
    <message>
        <source>One step of training changes {0} weights and {1} running statistics alike; the loss is {2} on both sides, gradients differ by up to {3} of the largest one.</source>
        <translation>一步训练后，{0} 个权重和 {1} 个滑动统计量的变化相同；两边的损失都是 {2}，梯度差异最大为最大梯度的 {3}。</translation>
    </message>
    <message>
        <source>One step of training changes {0} weights alike; the loss is {1} on both sides, gradients differ by up to {2} of the largest one.</source>
        <translation>一步训练后，{0} 个权重的变化相同；两边的损失都是 {1}，梯度差异最大为最大梯度的 {2}。</translation>
    </message>
    <message>
        <source>After one step of training, {0} differs most: by {1}.</source>
        <translation>一步训练后，{0} 的差异最大：{1}。</translation>
    </message>
    <message>
        <source>Keras model</source>
        <translation>Keras 模型</translation>
    </message>
    <message>
        <source>Python source</source>
        <translation>Python 源代码</translation>
    </message>
    <message>
        <source>Keras weights</source>
        <translation>Keras 权重</translation>
    </message>
    <message>
        <source>LiteRT, float32</source>
        <translation>LiteRT，float32</translation>
    </message>
    <message>
        <source>LiteRT, float16</source>
        <translation>LiteRT，float16</translation>
    </message>
    <message>
        <source>LiteRT, dynamic int8</source>
        <translation>LiteRT，动态 int8</translation>
    </message>
    <message>
        <source>LiteRT, full int8</source>
        <translation>LiteRT，全 int8</translation>
    </message>
    <message>
        <source>Legacy HDF5 model</source>
        <translation>旧版 HDF5 模型</translation>
    </message>
    <message>
        <source>Keras 3, on every backend</source>
        <translation>Keras 3，任何后端</translation>
    </message>
    <message>
        <source>Read, change and train the network</source>
        <translation>阅读、修改和训练网络</translation>
    </message>
    <message>
        <source>For a model built from code</source>
        <translation>用于由代码构建的模型</translation>
    </message>
    <message>
        <source>TensorFlow Serving, Java, C++</source>
        <translation>TensorFlow Serving、Java、C++</translation>
    </message>
    <message>
        <source>Phones and boards, full precision</source>
        <translation>手机和开发板，全精度</translation>
    </message>
    <message>
        <source>Half the size, GPU friendly</source>
        <translation>一半大小，适合 GPU</translation>
    </message>
    <message>
        <source>A quarter the size, faster CPU</source>
        <translation>四分之一大小，CPU 更快</translation>
    </message>
    <message>
        <source>Microcontrollers, Edge TPU, calibrated</source>
        <translation>微控制器、Edge TPU，经过校准</translation>
    </message>
    <message>
        <source>ONNX Runtime and other runtimes</source>
        <translation>ONNX Runtime 及其他运行时</translation>
    </message>
    <message>
        <source>Intel processors and graphics</source>
        <translation>Intel 处理器和显卡</translation>
    </message>
    <message>
        <source>Tools that predate Keras 3</source>
        <translation>早于 Keras 3 的工具</translation>
    </message>
    <message>
        <source>The process that did this work was killed, most likely because the memory ran out.</source>
        <translation>执行此任务的进程被终止，很可能是内存不足。</translation>
    </message>
    <message>
        <source>The process that did this work crashed in native code ({0}).</source>
        <translation>执行此任务的进程在原生代码中崩溃（{0}）。</translation>
    </message>
    <message>
        <source>The process that did this work was ended from outside ({0}).</source>
        <translation>执行此任务的进程被外部终止（{0}）。</translation>
    </message>
    <message>
        <source>The process that did this work ended without an answer.</source>
        <translation>执行此任务的进程没有给出结果就结束了。</translation>
    </message>
    <message>
        <source>What was finished before is kept: try this step again.</source>
        <translation>之前完成的内容都已保留：请重试此步骤。</translation>
    </message>
    <message>
        <source>There is not enough memory for this step.</source>
        <translation>内存不足，无法完成此步骤。</translation>
    </message>
    <message>
        <source>Close other programs and try again.</source>
        <translation>请关闭其他程序后重试。</translation>
    </message>
    <message>
        <source>This step stopped at an error that PT2K did not foresee: {0}</source>
        <translation>此步骤因 PT2K 未预料到的错误而停止：{0}</translation>
    </message>
    <message>
        <source>Copy the details into a bug report; your files are as they were.</source>
        <translation>请将详情复制到错误报告中；你的文件没有改变。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: there is no space left on the disk.</source>
        <translation>无法写入 {0}：磁盘空间不足。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: your disk quota is used up.</source>
        <translation>无法写入 {0}：磁盘配额已用完。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: you may not write there.</source>
        <translation>无法写入 {0}：没有写入权限。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: the disk is read-only.</source>
        <translation>无法写入 {0}：磁盘是只读的。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: the folder does not exist.</source>
        <translation>无法写入 {0}：文件夹不存在。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be written: {1}</source>
        <translation>无法写入 {0}：{1}</translation>
    </message>
    <message>
        <source>Free some space or choose another folder.</source>
        <translation>请释放一些空间，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Choose another folder or change its permissions.</source>
        <translation>请选择其他文件夹，或更改其权限。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Create the folder first or choose another one.</source>
        <translation>请先创建该文件夹，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>{0} is a folder, not a model file.</source>
        <translation>{0} 是文件夹，不是模型文件。</translation>
    </message>
    <message>
        <source>Choose a file inside it.</source>
        <translation>请选择其中的文件。</translation>
    </message>
    <message>
        <source>{0} is empty.</source>
        <translation>{0} 是空的。</translation>
    </message>
    <message>
        <source>Copy or download it again: the original was not written to the end.</source>
        <translation>请重新复制或下载：原文件没有写完。</translation>
    </message>
    <message>
        <source>{0} is damaged or truncated: {1}</source>
        <translation>{0} 已损坏或不完整：{1}</translation>
    </message>
    <message>
        <source>Copy or download the file again: the original was perhaps not written to the end.</source>
        <translation>请重新复制或下载该文件：原文件可能没有写完。</translation>
    </message>
    <message>
        <source>{0} does not exist.</source>
        <translation>{0} 不存在。</translation>
    </message>
    <message>
        <source>Check the name and the folder.</source>
        <translation>请检查名称和文件夹。</translation>
    </message>
    <message>
        <source>{0} can&apos;t be read: you have no permission.</source>
        <translation>无法读取 {0}：没有权限。</translation>
    </message>
    <message>
        <source>Change its permissions or copy it to a folder of your own.</source>
        <translation>请更改其权限，或复制到你自己的文件夹。</translation>
    </message>
    <message>
        <source>Give a PyTorch file (.pt2, .pt, .pth, .ckpt, .safetensors) or an ONNX file.</source>
        <translation>请提供 PyTorch 文件（.pt2、.pt、.pth、.ckpt、.safetensors）或 ONNX 文件。</translation>
    </message>
    <message>
        <source>“{0}” is no shape.</source>
        <translation>“{0}”不是形状。</translation>
    </message>
    <message>
        <source>“{0}” in “{1}” is no size.</source>
        <translation>“{1}”中的“{0}”不是大小。</translation>
    </message>
    <message>
        <source>Write sizes with commas; letters stay dynamic, numbers are fixed: N,1,28,28.</source>
        <translation>用逗号分隔各个大小；字母表示可变，数字表示固定：N,1,28,28。</translation>
    </message>
</context>
<context>
    <name>Plot</name>
    <message>
        <source>Preparing the plot</source>
        <translation>正在准备图表</translation>
    </message>
    <message>
        <source>Save the plot</source>
        <translation>保存图表</translation>
    </message>
    <message>
        <source>Copy the plot</source>
        <translation>复制图表</translation>
    </message>
    <message>
        <source>Show the whole plot</source>
        <translation>显示整个图表</translation>
    </message>
</context>
<context>
    <name>PlotTools</name>
    <message>
        <source>Show the whole plot</source>
        <translation>显示整个图表</translation>
    </message>
    <message>
        <source>Copy the plot</source>
        <translation>复制图表</translation>
    </message>
    <message>
        <source>Save the plot as PNG, SVG or PDF</source>
        <translation>将图表保存为 PNG、SVG 或 PDF</translation>
    </message>
</context>
<context>
    <name>ProbabilityBars</name>
    <message>
        <source>Click a sample to see the backends&apos; probabilities.</source>
        <translation>点击一个样本，查看各后端的概率。</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Dark theme</source>
        <translation>深色主题</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Show the crash log</source>
        <translation>显示崩溃日志</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>打开日志文件夹</translation>
    </message>
    <message>
        <source>About PT2K</source>
        <translation>关于 PT2K</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>浅色主题</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>to do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>stale: run it again</source>
        <translation>已过期：请重新运行</translation>
    </message>
    <message>
        <source>{0} parameters</source>
        <translation>{0} 个参数</translation>
    </message>
</context>
<context>
    <name>SampleRows</name>
    <message>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>True label</source>
        <translation>真实标签</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
</context>
<context>
    <name>SampleTable</name>
    <message>
        <source>Samples, worst first</source>
        <translation>样本，差异最大的在前</translation>
    </message>
</context>
<context>
    <name>SamplesTab</name>
    <message>
        <source>The samples appear here with each backend&apos;s answer.</source>
        <translation>样本及各后端的答案会显示在这里。</translation>
    </message>
    <message>
        <source>One sample</source>
        <translation>单个样本</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation>清除绘图</translation>
    </message>
    <message>
        <source>Choose a row to see each backend&apos;s values.</source>
        <translation>选择一行，查看各后端的数值。</translation>
    </message>
    <message>
        <source>Sample {0}</source>
        <translation>样本 {0}</translation>
    </message>
    <message>
        <source>, true label {0}</source>
        <translation>，真实标签 {0}</translation>
    </message>
    <message>
        <source>, largest difference {0}</source>
        <translation>，最大差异 {0}</translation>
    </message>
    <message>
        <source>Your drawing</source>
        <translation>你的绘图</translation>
    </message>
</context>
<context>
    <name>SavePage</name>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Every file is opened again in a fresh process that does not know PT2K, and compared on the same samples.</source>
        <translation>每个文件都会在不认识 PT2K 的新进程中重新打开，并用相同的样本比较。</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>保存位置</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>The verdict, plots, operators, versions and file hashes in one file.</source>
        <translation>结论、图表、算子、版本和文件哈希，都在一个文件里。</translation>
    </message>
    <message>
        <source>Load it</source>
        <translation>载入</translation>
    </message>
    <message>
        <source>Copy snippet</source>
        <translation>复制代码片段</translation>
    </message>
    <message>
        <source>These files are there already:
{0}</source>
        <translation>这些文件已存在：
{0}</translation>
    </message>
    <message>
        <source>Replace files?</source>
        <translation>替换文件？</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留原文件</translation>
    </message>
    <message>
        <source>{0} is not the same model when it is opened again.</source>
        <translation>{0} 重新打开后不是同一个模型。</translation>
    </message>
    <message>
        <source>{0} is written. It opens in a fresh process and gives the same answers.</source>
        <translation>{0} 已写入。它在全新的进程中打开，并给出相同的答案。</translation>
    </message>
    <message>
        <source>{0} files are written. Each opens in a fresh process and gives the same answers.</source>
        <translation>已写入 {0} 个文件。每个文件都在全新的进程中打开，并给出相同的答案。</translation>
    </message>
    <message>
        <source>Saving was cancelled.</source>
        <translation>保存已取消。</translation>
    </message>
    <message>
        <source>Files written before stay; none is half written.</source>
        <translation>之前写好的文件会保留；没有写了一半的文件。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在写报告</translation>
    </message>
    <message>
        <source>The report was written to {0}.</source>
        <translation>报告已写入 {0}。</translation>
    </message>
    <message>
        <source>The saved files are of an earlier conversion.</source>
        <translation>已保存的文件来自之前的转换。</translation>
    </message>
    <message>
        <source>Save again.</source>
        <translation>请重新保存。</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>At the next start.</source>
        <translation>下次启动时生效。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Forget recent files</source>
        <translation>清除最近的文件</translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation>最近的文件</translation>
    </message>
    <message>
        <source>Time to read a file</source>
        <translation>读取文件的时间</translation>
    </message>
    <message>
        <source>Memory for the work</source>
        <translation>可用内存</translation>
    </message>
    <message>
        <source>Files whose code you allowed to run</source>
        <translation>你允许运行代码的文件</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Content (SHA-256)</source>
        <translation>内容 (SHA-256)</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>自</translation>
    </message>
    <message>
        <source>None. Before a file whose code would run is opened, PT2K shows that code and asks.</source>
        <translation>没有。打开会运行其中代码的文件之前，PT2K 会显示该代码并询问。</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source> seconds at most</source>
        <translation> 秒以内</translation>
    </message>
    <message>
        <source> GiB at most</source>
        <translation> GiB 以内</translation>
    </message>
</context>
<context>
    <name>ShapeField</name>
    <message>
        <source>Add an axis</source>
        <translation>添加一个轴</translation>
    </message>
    <message>
        <source>Axis {0} of {1}</source>
        <translation>{1} 的第 {0} 个轴</translation>
    </message>
</context>
<context>
    <name>SpeedTab</name>
    <message>
        <source>Batches of 1, 16 and 256 random samples; median of several runs in turn, after a warm-up</source>
        <translation>批量为 1、16 和 256 个随机样本；预热后轮流运行数次，取中位数</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Not measured yet.</source>
        <translation>尚未测量。</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>Shortest</source>
        <translation>最短</translation>
    </message>
    <message>
        <source>Longest</source>
        <translation>最长</translation>
    </message>
</context>
<context>
    <name>StageRow</name>
    <message>
        <source>to do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>SummaryTab</name>
    <message>
        <source>PyTorch beside Keras</source>
        <translation>PyTorch 与 Keras 对照</translation>
    </message>
    <message>
        <source>Keras summary</source>
        <translation>Keras 摘要</translation>
    </message>
    <message>
        <source>PyTorch layer</source>
        <translation>PyTorch 层</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Keras layers</source>
        <translation>Keras 层</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
</context>
<context>
    <name>TrainingCurves</name>
    <message>
        <source>The curves begin with the first epoch.</source>
        <translation>曲线从第一轮开始。</translation>
    </message>
    <message>
        <source>training loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
</context>
<context>
    <name>TrainingForm</name>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>784-128-10, sigmoid: the tutorial&apos;s</source>
        <translation>784-128-10，sigmoid：教程中的网络</translation>
    </message>
    <message>
        <source>CNN</source>
        <translation>CNN</translation>
    </message>
    <message>
        <source>Two convolutions, two dense layers</source>
        <translation>两个卷积层，两个全连接层</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>批次大小</translation>
    </message>
    <message>
        <source> images</source>
        <translation> 张</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>Hidden units (MLP)</source>
        <translation>隐藏单元 (MLP)</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Training share</source>
        <translation>训练占比</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Pixel mean</source>
        <translation>像素均值</translation>
    </message>
    <message>
        <source>Pixel std</source>
        <translation>像素标准差</translation>
    </message>
    <message>
        <source>Nesterov momentum</source>
        <translation>Nesterov 动量</translation>
    </message>
    <message>
        <source>The built-in MNIST</source>
        <translation>内置的 MNIST</translation>
    </message>
    <message>
        <source>Folder of IDX files</source>
        <translation>IDX 文件的文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>More settings</source>
        <translation>更多设置</translation>
    </message>
    <message>
        <source>70,000 handwritten digits come with PT2K.</source>
        <translation>PT2K 自带 70,000 个手写数字。</translation>
    </message>
</context>
<context>
    <name>TrainingTab</name>
    <message>
        <source>PyTorch</source>
        <translation>PyTorch</translation>
    </message>
    <message>
        <source>Keras</source>
        <translation>Keras</translation>
    </message>
    <message>
        <source>Gradient differs</source>
        <translation>梯度差异</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对值</translation>
    </message>
    <message>
        <source>New value differs</source>
        <translation>新值差异</translation>
    </message>
    <message>
        <source>Of what passes</source>
        <translation>占允许值</translation>
    </message>
    <message>
        <source>{0} samples, {1}, learning rate {2}.</source>
        <translation>{0} 个样本，{1}，学习率 {2}。</translation>
    </message>
</context>
<context>
    <name>WizardState</name>
    <message>
        <source>{0} parameters</source>
        <translation>{0} 个参数</translation>
    </message>
    <message>
        <source>{0} layers</source>
        <translation>{0} 层</translation>
    </message>
    <message>
        <source>the same answers</source>
        <translation>答案相同</translation>
    </message>
    <message>
        <source>other answers</source>
        <translation>答案不同</translation>
    </message>
    <message>
        <source>trains otherwise</source>
        <translation>训练结果不同</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 个文件</translation>
    </message>
    <message>
        <source>{0} files</source>
        <translation>{0} 个文件</translation>
    </message>
</context>
<context>
    <name>dialog</name>
    <message>
        <source>{0} holds {1} tensors. Which class do they belong to?</source>
        <translation>{0} 含有 {1} 个张量。它们属于哪个类？</translation>
    </message>
</context>
</TS>
