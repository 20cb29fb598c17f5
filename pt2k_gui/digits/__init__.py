"""The built-in example: MNIST, the tutorial's multilayer perceptron, a small CNN, and the loop that trains them."""
